import type { Author, ServerFrame } from '../../../../workflows/contracts/events';

/** An answer that is being written. */
export interface Stream {
  readonly messageId: string;
  /** null when its beginning was missed. */
  readonly turnId: string | null;
  readonly author: Author | null;
  readonly attempt: number;
  /** Deltas by index; a hole is one that has not arrived. */
  readonly parts: readonly (string | undefined)[];
  /** Events were missed since: it may have ended. */
  readonly doubtful: boolean;
}

export interface Streams {
  readonly open: readonly Stream[];
  /** Ids of answers that were given up or are complete: late deltas of them mean nothing. Newest last, bounded. */
  readonly closed: readonly string[];
}

export const noStreams: Streams = { open: [], closed: [] };

const closedKept = 200;

/** The text so far. An ellipsis stands for what was missed. */
export function streamText({ parts }: Stream): string {
  let text = '';
  let missing = false;
  // Unlike the methods of arrays, this does not skip holes.
  for (const part of parts) {
    if (part === undefined && !missing) text += '…';
    missing = part === undefined;
    text += part ?? '';
  }
  return text;
}

const begin = (messageId: string, attempt: number): Stream => ({
  messageId,
  turnId: null,
  author: null,
  attempt,
  parts: [],
  doubtful: false,
});

function put(streams: Streams, stream: Stream): Streams {
  const known = streams.open.some(({ messageId }) => messageId === stream.messageId);
  const open = known
    ? streams.open.map((other) => (other.messageId === stream.messageId ? stream : other))
    : [...streams.open, stream];
  return { ...streams, open };
}

/** No more text comes for these answers. */
export function closeStreams(streams: Streams, which: (stream: Stream) => boolean): Streams {
  const closing = streams.open.filter(which).map(({ messageId }) => messageId);
  return closing.length === 0 ? streams : closing.reduce(closeMessage, streams);
}

/** The same for one answer, which may not have been seen. */
export function closeMessage(streams: Streams, messageId: string): Streams {
  return {
    open: streams.open.filter((stream) => stream.messageId !== messageId),
    closed: [...streams.closed.filter((id) => id !== messageId), messageId].slice(-closedKept),
  };
}

export const doubtStreams = (streams: Streams): Streams => ({
  ...streams,
  open: streams.open.map((stream) => ({ ...stream, doubtful: true })),
});

/** Ends those in doubt whose turn does not go on. */
export function settleStreams(streams: Streams, goesOn: (turnId: string) => boolean): Streams {
  const settled = closeStreams(
    streams,
    ({ doubtful, turnId }) => doubtful && (turnId === null || !goesOn(turnId)),
  );
  return { ...settled, open: settled.open.map((stream) => ({ ...stream, doubtful: false })) };
}

type StreamFrame = Extract<ServerFrame, { type: 'turn.speaker' | 'message.delta' | 'message.reset' }>;

/** Text of a newer attempt replaces that of an older one; deltas may come in any order, or twice. */
export function reduceStreams(streams: Streams, frame: StreamFrame): Streams {
  const { messageId } = frame;
  if (streams.closed.includes(messageId)) return streams;
  const found = streams.open.find((stream) => stream.messageId === messageId);
  switch (frame.type) {
    case 'turn.speaker':
      return put(streams, {
        ...(found ?? begin(messageId, 0)),
        turnId: frame.turnId,
        author: frame.author,
        doubtful: false,
      });
    case 'message.reset': {
      if (frame.attempt === 0) return closeMessage(streams, messageId);
      if (found && frame.attempt <= found.attempt) return streams;
      return put(streams, { ...(found ?? begin(messageId, 0)), attempt: frame.attempt, parts: [] });
    }
    case 'message.delta': {
      const stream = found ?? begin(messageId, frame.attempt);
      if (frame.attempt < stream.attempt) return streams;
      const parts = frame.attempt > stream.attempt ? [] : [...stream.parts];
      if (parts[frame.index] !== undefined) return streams;
      parts[frame.index] = frame.text;
      return put(streams, { ...stream, attempt: frame.attempt, parts, doubtful: false });
    }
  }
}
