import type { Position } from '../../../infra/relay/relay';
import { encodeTextFrames } from './text-frames';

/** A frame for everybody; without an offset it is ephemeral. */
export interface SharedFrame {
  offset: number | null;
  frame: string;
}

/** A listener's place in a channel. */
export interface Seat {
  /**
   * Writes `head`, then what was gathered after `since`, and from now on everything at once.
   * @returns false, and writes nothing, when that would leave a gap: the channel began anew meanwhile, or too much was
   * gathered. Then the listener has to read what it missed again.
   */
  release(since: Position, head: readonly string[]): boolean;
  /** Gathering. */
  readonly held: boolean;
  leave(): void;
}

export interface FanOut {
  push(frame: SharedFrame): void;
  seat(write: (bytes: Buffer) => void, position: () => Position): Seat;
  /** Sends what is pending, then makes every seat gather again, from nothing. */
  holdAll(): void;
  close(): void;
}

interface SeatState {
  write: (bytes: Buffer) => void;
  /** Frames gathered while held; null: live. */
  gathered: SharedFrame[] | null;
  /** Frames up to this one were sent before. */
  offset: number;
  /** Frames are missing from `gathered`. */
  broken: boolean;
}

/** Most frames that a held seat gathers. */
const gatherLimit = 5000;

/**
 * Rest between two rounds for each seat, in milliseconds: frames that arrive meanwhile go out in one write a socket.
 * A round takes about a third of it, so a full room cannot take up the whole process. Small rooms do not wait.
 */
const restPerSeatMs = 0.03;
const restMaxMs = 100;

/** Writes frames to many sockets: encoded once, all frames of a round in one write. */
export function createFanOut(onFrames: (frames: readonly string[]) => void): FanOut {
  const seats = new Set<SeatState>();
  let pending: SharedFrame[] = [];
  /** Cancels the next round; null: none is due. */
  let cancel: (() => void) | null = null;
  let lastRound = 0;

  function schedule(): void {
    const rest = Math.min(seats.size * restPerSeatMs, restMaxMs);
    const wait = lastRound + rest - performance.now();
    if (wait < 1) {
      const immediate = setImmediate(round);
      cancel = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(round, wait);
      cancel = () => clearTimeout(timer);
    }
  }

  function round(): void {
    cancel?.();
    cancel = null;
    if (pending.length === 0) return;
    const frames = pending;
    pending = [];
    const [first = Number.POSITIVE_INFINITY] = offsetsOf(frames);
    const last = lastOffset(frames);
    const texts = frames.map(({ frame }) => frame);
    const bytes = encodeTextFrames(texts);
    for (const seat of seats) {
      if (seat.gathered !== null) {
        gather(seat, frames);
        continue;
      }
      if (seat.offset < first) seat.write(bytes);
      else writeNew(seat, frames, []);
      seat.offset = Math.max(seat.offset, last);
    }
    lastRound = performance.now();
    onFrames(texts);
  }

  return {
    push(frame) {
      pending.push(frame);
      if (cancel === null) schedule();
    },
    seat(write, position) {
      const seat: SeatState = { write, gathered: [], offset: 0, broken: false };
      seats.add(seat);
      return {
        release(since, head) {
          const { gathered, broken } = seat;
          if (gathered === null || broken || since.epoch !== position().epoch) {
            Object.assign(seat, { gathered: [], broken: false });
            return false;
          }
          seat.gathered = null;
          seat.offset = since.offset;
          writeNew(seat, gathered, head);
          seat.offset = Math.max(since.offset, lastOffset(gathered));
          return true;
        },
        get held() {
          return seat.gathered !== null;
        },
        leave: () => seats.delete(seat),
      };
    },
    holdAll() {
      round();
      // One that was held already may have been read for: what it gathered does not follow on that any more.
      for (const seat of seats) Object.assign(seat, { gathered: [], broken: seat.gathered !== null });
    },
    close() {
      cancel?.();
      seats.clear();
    },
  };
}

const offsetsOf = (frames: readonly SharedFrame[]): number[] => frames.flatMap(({ offset }) => offset ?? []);
const lastOffset = (frames: readonly SharedFrame[]): number => offsetsOf(frames).at(-1) ?? 0;

function gather(seat: SeatState, frames: readonly SharedFrame[]): void {
  if (seat.gathered === null || seat.broken) return;
  seat.gathered.push(...frames);
  if (seat.gathered.length > gatherLimit) Object.assign(seat, { gathered: [], broken: true });
}

/** Writes `head` and those frames that the seat has not had. */
function writeNew(seat: SeatState, frames: readonly SharedFrame[], head: readonly string[]): void {
  const { offset: sent } = seat;
  const texts = frames.filter(({ offset }) => offset === null || offset > sent).map(({ frame }) => frame);
  if (head.length + texts.length > 0) seat.write(encodeTextFrames([...head, ...texts]));
}
