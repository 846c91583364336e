import type { MemberView } from '../../../../workflows/contracts/events';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { RoomSession, SessionView } from '../room/room-session';
import { useServices } from '../services';

const isAway = (): boolean => document.hidden || !document.hasFocus();

/** Joins a room for as long as it is shown. */
export function useSession(roomId: string | null): RoomSession | null {
  const { openRoom } = useServices();
  const [session, setSession] = useState<RoomSession | null>(null);

  useEffect(() => {
    if (roomId === null) return undefined;
    const opened = openRoom(roomId);
    const look = (): void => {
      opened.setAway(isAway());
      if (!document.hidden) opened.wake();
    };
    opened.setAway(isAway());
    setSession(opened);
    const wake = (): void => opened.wake();
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      window.removeEventListener('blur', look);
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', look);
      opened.close();
      setSession(null);
    };
  }, [openRoom, roomId]);

  return session?.roomId === roomId ? session : null;
}

const nobody: readonly MemberView[] = [];
const never = (): (() => void) => () => undefined;

/** The members of the room that is shown. */
export const useRoomMembers = (session: RoomSession | null): readonly MemberView[] =>
  useSyncExternalStore(
    session?.view.subscribe ?? never,
    () => session?.view.get().room.people.members ?? nobody,
  );

export const useSessionView = ({ view }: RoomSession): SessionView =>
  useSyncExternalStore(view.subscribe, view.get);
