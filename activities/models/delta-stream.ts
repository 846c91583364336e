import { roomChannel, type Relay } from '../../infra/relay/relay';
import type { ChannelEvent } from '../../workflows/contracts/events';

export interface DeltaTarget {
  roomId: string;
  messageId: string;
  /** Of the activity: a new attempt voids the text of the one before. */
  attempt: number;
}

export interface DeltaStream {
  push(piece: string): void;
  /** Sends what is left and waits until everything is out. */
  close(): Promise<void>;
}

/**
 * Streams an answer's text to its room: the first piece at once, the next ones gathered for `intervalMs`. Writes one
 * after the other, so order holds. A piece that cannot be delivered is reported and left out: the whole message follows.
 */
export function createDeltaStream(
  relay: Relay,
  { roomId, messageId, attempt }: DeltaTarget,
  intervalMs: number,
  onError: (error: unknown) => void,
): DeltaStream {
  let buffer = '';
  let index = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<unknown> = Promise.resolve();

  const flush = (): void => {
    timer = undefined;
    if (buffer === '') return;
    const event: ChannelEvent = { type: 'message.delta', messageId, attempt, index, text: buffer };
    buffer = '';
    index += 1;
    sending = sending.then(() => relay.publish(roomChannel(roomId), [event])).catch(onError);
  };

  return {
    push(piece) {
      buffer += piece;
      if (index === 0) flush();
      else timer ??= setTimeout(flush, intervalMs);
    },
    async close() {
      clearTimeout(timer);
      flush();
      await sending;
    },
  };
}
