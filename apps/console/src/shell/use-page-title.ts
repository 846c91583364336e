import { useEffect } from 'react';

/** The title of the page: how much is unread, and which room it is. */
export function usePageTitle(roomName: string | null, unread: number): void {
  useEffect(() => {
    const name = roomName === null ? 'CoAgent' : `${roomName} – CoAgent`;
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
    return () => {
      document.title = 'CoAgent';
    };
  }, [roomName, unread]);
}
