import type { Position, Publication, Recovery } from '../../../infra/relay/relay';
import type { RelayMessage } from '../../../infra/relay/relay-wire';
import { createFanOut, type Seat } from './fan-out';

export interface HubChannelOptions {
  start: Position;
  recover: (since: Position) => Promise<Recovery>;
  /** The epoch changed or events were lost: every seat is held until it is released at the new position. */
  onReset: () => void;
  /** After the frames were written. */
  onFrames: (frames: readonly string[]) => void;
}

/** One channel of the relay in this process: events in order, each once, to every seat. */
export interface HubChannel {
  readonly position: Position;
  /** What pub/sub brought. */
  receive(message: RelayMessage): void;
  /**
   * Reads what pub/sub did not bring, if anything.
   * @throws while Redis is away; what is missing then comes with the next call.
   */
  catchUp(): Promise<void>;
  /** A seat that is held: it gathers frames until it is released. */
  seat(write: (bytes: Buffer) => void): Seat;
  close(): void;
}

type Batch = Extract<RelayMessage, { kind: 'batch' }>;

export function createHubChannel(options: HubChannelOptions): HubChannel {
  let position = options.start;
  let catchingUp: Promise<void> | null = null;
  /** Batches that came while catching up: they may be newer than what is read. */
  let early: Batch[] = [];
  const fanOut = createFanOut(options.onFrames);

  /** Takes what is new. @returns false when something before it is missing, or it is of another epoch. */
  function take(epoch: string, publications: readonly Publication[]): boolean {
    if (epoch !== position.epoch) return false;
    const fresh = publications.filter(({ offset }) => offset > position.offset);
    const [first] = fresh;
    const last = fresh.at(-1);
    if (!first || !last) return true;
    if (first.offset !== position.offset + 1) return false;
    position = { epoch, offset: last.offset };
    for (const publication of fresh) fanOut.push(publication);
    return true;
  }

  function reset(to: Position): void {
    position = to;
    fanOut.holdAll();
    options.onReset();
  }

  async function readMissing(): Promise<void> {
    for (let complete = false; !complete;) {
      const asked = position;
      const recovery = await options.recover(asked);
      if (recovery.recovered) take(recovery.position.epoch, recovery.missed);
      else reset(recovery.position);
      const waiting = early;
      early = [];
      complete = waiting.every((batch) => take(batch.epoch, batch.publications));
    }
  }

  function catchUp(): Promise<void> {
    catchingUp ??= readMissing().finally(() => {
      catchingUp = null;
      early = [];
    });
    return catchingUp;
  }

  return {
    get position() {
      return position;
    },
    receive(message) {
      if (message.kind === 'ephemeral') fanOut.push({ offset: null, frame: message.frame });
      else if (catchingUp !== null) early.push(message);
      // What it brought is read again with what is missing; while Redis is away the next periodic catchUp does it.
      else if (!take(message.epoch, message.publications)) catchUp().catch(() => undefined);
    },
    catchUp,
    seat: (write) => fanOut.seat(write, () => position),
    close: () => fanOut.close(),
  };
}
