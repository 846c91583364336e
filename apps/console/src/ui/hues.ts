import { createContext, useContext } from 'react';
import { hueOf, hues } from '../text/names';

/** Colours of the members of the room that is shown, by user or agent id. */
const HuesContext = createContext<ReadonlyMap<string, number>>(new Map());

export const HuesProvider = HuesContext.Provider;

/** Members get different colours as far as there are any, in the order they joined. */
export const huesOf = (
  members: readonly { id: string; userId?: string; agentId?: string }[],
): ReadonlyMap<string, number> =>
  new Map(members.map(({ id, userId, agentId }, index) => [userId ?? agentId ?? id, index % hues]));

/** The class of somebody's colour. Those who are no members have one by their id. */
export function useHue(id: string): string {
  const known = useContext(HuesContext);
  return `hue-${known.get(id) ?? hueOf(id)}`;
}
