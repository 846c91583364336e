import type { Publication } from './relay';

/** What one pub/sub message says. */
export type RelayMessage =
  | { kind: 'batch'; epoch: string; publications: Publication[] }
  /** `frame` is the JSON of an ephemeral event. */
  | { kind: 'ephemeral'; frame: string };

/** Begins the payload of an ephemeral event; an epoch never begins with it. */
const ephemeralMark = '!';

const pubSubPrefix = 'relay:';

/** Name of a channel in Redis' pub/sub. */
export const pubSubChannel = (channel: string): string => pubSubPrefix + channel;

/** The channel that a pub/sub channel carries. */
export const channelOf = (pubSub: string): string => pubSub.slice(pubSubPrefix.length);

/** JSON of an event, with its offset put in. */
export const frameOf = (eventJson: string, offset: number): string =>
  `${eventJson.slice(0, -1)},"offset":${offset}}`;

export const encodeEphemeral = (eventJson: string): string => ephemeralMark + eventJson;

/** Reads a payload: `!json`, or lines of epoch, first offset and one JSON an event, which never has a line break. */
export function decodeRelayMessage(payload: string): RelayMessage {
  if (payload.startsWith(ephemeralMark)) return { kind: 'ephemeral', frame: payload.slice(1) };
  const [epoch = '', first = '', ...events] = payload.split('\n');
  return { kind: 'batch', epoch, publications: publicationsFrom(Number(first), events) };
}

/** Publications with consecutive offsets. */
export const publicationsFrom = (first: number, events: readonly string[]): Publication[] =>
  events.map((json, index) => ({ offset: first + index, frame: frameOf(json, first + index) }));
