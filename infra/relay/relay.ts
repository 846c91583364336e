import type { ChannelEvent, EphemeralEvent } from '../../workflows/contracts/events';
import type { RunEphemeral } from '../../workflows/contracts/run/events';

/** A place in a channel: offsets count up from 1 within an epoch; a new epoch means the old offsets are void. */
export interface Position {
  epoch: string;
  offset: number;
}

export interface Publication {
  offset: number;
  /** JSON of the event with its offset: the frame as sockets get it. */
  frame: string;
}

/**
 * An event that is published once however often it is asked for, within an epoch: after a restart of Redis it is written
 * again. `once` is an idempotency key, of which the channel remembers the newest few thousand, or a sequence number: an
 * event is dropped when its number, or a higher one, was published.
 */
export interface OnceEvent {
  event: ChannelEvent;
  once: string | number;
}

/** What a reader that was at some position has missed. */
export type Recovery =
  | { recovered: true; position: Position; missed: Publication[] }
  /** The epoch changed or the range is no longer kept: read the record in Postgres. */
  | { recovered: false; position: Position };

/** The end of a channel. */
export interface Tail {
  position: Position;
  /** Oldest first, without gaps, up to `position`. */
  newest: Publication[];
}

/**
 * Ordered delivery to everybody who listens on a channel, by Redis Streams (Centrifugo's design: epoch and offset).
 * Redis holds what can be lost; the record is in Postgres.
 */
export interface Relay {
  /** Appends the events to the channel in this order and hands them to every subscriber. One round trip. */
  publish(channel: string, events: readonly ChannelEvent[]): Promise<Position>;
  /** The same, without those events that were published before. */
  publishOnce(channel: string, events: readonly OnceEvent[]): Promise<Position>;
  /** Hands the event to whoever is listening now; not kept. */
  publishEphemeral(channel: string, event: EphemeralEvent | RunEphemeral): Promise<void>;
  /** Where the channel stands now. Makes the epoch when the channel is new. */
  position(channel: string): Promise<Position>;
  /** What was published after `since`. */
  recover(channel: string, since: Position): Promise<Recovery>;
  /** The newest events, at most `count`. */
  tail(channel: string, count: number): Promise<Tail>;
}

/** Channel of a room. */
export const roomChannel = (roomId: string): string => `room:${roomId}`;

/** Channel of a run, for ephemeral events only: the order of its events is that of the record in Postgres. */
export const runChannel = (runId: string): string => `run:${runId}`;
