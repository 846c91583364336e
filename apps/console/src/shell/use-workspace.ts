import { useState } from 'react';
import type { Membership } from '../api/shapes';
import { prefix, tryToStore } from '../storage/key-value';

const key = `${prefix}workspace`;

/** The workspace whose rooms are shown: the one chosen last, or else the first that is shared with others. */
export function useWorkspace(
  memberships: readonly Membership[],
): [Membership | undefined, (workspaceId: string) => void] {
  const [chosen, setChosen] = useState(() => localStorage.getItem(key));
  const current =
    memberships.find(({ workspaceId }) => workspaceId === chosen) ??
    memberships.find(({ personal }) => !personal) ??
    memberships[0];
  return [
    current,
    (workspaceId) => {
      tryToStore(localStorage, key, workspaceId);
      setChosen(workspaceId);
    },
  ];
}
