import { useSyncExternalStore } from 'react';

const roomPath = /^\/rooms\/([0-9a-f-]{36})\/?$/i;
const changed = 'coagent:navigated';

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(changed, listener);
  };
}

const roomInAddress = (): string | null => roomPath.exec(location.pathname)?.[1]?.toLowerCase() ?? null;

/** Id of the room that the address names. */
export const useRoomId = (): string | null => useSyncExternalStore(subscribe, roomInAddress);

export const addressOf = (roomId: string | null): string => (roomId === null ? '/' : `/rooms/${roomId}`);

/** @param replace the page before is not to be returned to. */
export function goToRoom(roomId: string | null, { replace = false } = {}): void {
  if (roomId === roomInAddress()) return;
  if (replace) history.replaceState(null, '', addressOf(roomId));
  else history.pushState(null, '', addressOf(roomId));
  window.dispatchEvent(new Event(changed));
}
