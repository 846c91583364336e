import { useCallback, useEffect, useState } from 'react';
import { ProblemError } from '../api/problem';
import type { Room } from '../api/shapes';
import { useServices } from '../services';

/** Other rooms tell of new messages by their unread counts, which are read so often while the page is looked at. */
const pollMs = 10_000;

export interface Rooms {
  /** null until they were read. */
  list: readonly Room[] | null;
  reload: () => Promise<void>;
}

/** My rooms in a workspace, the most recently active first. */
export function useRooms(workspaceId: string): Rooms {
  const { client } = useServices();
  const [known, setKnown] = useState<{ workspaceId: string; list: Room[] } | null>(null);

  const reload = useCallback(async () => {
    try {
      setKnown({ workspaceId, list: await client.rooms(workspaceId) });
    } catch (error) {
      // The workspace is closed to us now: there are no rooms. Otherwise the old list stays until the next reading.
      if (error instanceof ProblemError && error.status === 404) setKnown({ workspaceId, list: [] });
    }
  }, [client, workspaceId]);

  useEffect(() => {
    void reload();
    const poll = (): void => {
      if (!document.hidden) void reload();
    };
    const timer = setInterval(poll, pollMs);
    document.addEventListener('visibilitychange', poll);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', poll);
    };
  }, [reload]);

  return { list: known?.workspaceId === workspaceId ? known.list : null, reload };
}
