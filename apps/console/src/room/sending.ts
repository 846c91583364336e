import { maxFrameBytes, type ClientFrame } from '../../../../workflows/contracts/events';
import { backoffMs } from '../socket/backoff';
import type { Outbox, Outgoing } from './outbox';

/** When each message of the outbox is due to be sent (again). */
export interface Sending {
  /** Messages to send now, in order. They are then due again if nothing is heard of them. */
  due(outbox: Outbox, now: number): Outgoing[];
  /** The server could not take it now. Those behind it wait too, so that they keep their order. */
  postpone(id: string, now: number): void;
  /** A new connection: whatever was not accepted is due at once. */
  restart(): void;
}

/** A message that nothing is heard of for so long is sent again; the same id is the same message. */
const unansweredMs = 10_000;
/** Most messages sent at once: the server limits the rate of frames. */
const burst = 20;

export function createSending(random: () => number = Math.random): Sending {
  const dueAt = new Map<string, number>();
  const refusals = new Map<string, number>();
  return {
    due(outbox, now) {
      const waiting = outbox.filter(({ state }) => state === 'sending');
      const blocked = waiting.findIndex(({ id }) => refusals.has(id) && (dueAt.get(id) ?? 0) > now);
      const free = blocked === -1 ? waiting : waiting.slice(0, blocked);
      const sent = free.filter(({ id }) => (dueAt.get(id) ?? 0) <= now).slice(0, burst);
      for (const { id } of sent) dueAt.set(id, now + unansweredMs);
      return sent;
    },
    postpone(id, now) {
      const times = refusals.get(id) ?? 0;
      refusals.set(id, times + 1);
      dueAt.set(id, now + backoffMs(times + 1, random()));
    },
    restart() {
      dueAt.clear();
      refusals.clear();
    },
  };
}

export const sendFrame = ({ id, text, mentions, replyTo }: Outgoing): ClientFrame => ({
  type: 'send',
  id,
  text,
  ...(mentions.length === 0 ? {} : { mentions: [...mentions] }),
  ...(replyTo === null ? {} : { replyTo }),
});

const encoder = new TextEncoder();

export const fitsFrame = (message: Outgoing): boolean =>
  encoder.encode(JSON.stringify(sendFrame(message))).length <= maxFrameBytes;

/** Whether another attempt with the same message may succeed. */
export const mayRetry = (code: string): boolean =>
  code.endsWith('_unavailable') ||
  code === 'rate_limited' ||
  code === 'overloaded' ||
  code === 'internal_error';
