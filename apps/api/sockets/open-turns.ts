import type { Publication } from '../../../infra/relay/relay';
import type { ChannelEvent } from '../../../workflows/contracts/events';

interface Streamed {
  turnId: string;
  attempt: number;
  /** Index of the next delta; null when an earlier one is missing. */
  next: number | null;
  deltas: Publication[];
}

/**
 * What somebody who just arrives has to know of turns that go on: those of the given events (the newest of a channel,
 * in order) that tell of a turn that has not ended, and of messages that are being written. A message whose first
 * deltas are missing is left out: it will come whole.
 */
export function openTurnFrames(newest: readonly Publication[]): string[] {
  const turns = new Map<string, Publication>();
  const speakers = new Map<string, Publication>();
  const streams = new Map<string, Streamed>();

  function forget(messageId: string): void {
    speakers.delete(messageId);
    streams.delete(messageId);
  }

  function endTurn(turnId: string): void {
    turns.delete(turnId);
    for (const [messageId, stream] of streams) if (stream.turnId === turnId) forget(messageId);
  }

  for (const publication of newest) {
    const event = JSON.parse(publication.frame) as ChannelEvent;
    switch (event.type) {
      case 'turn.started':
        turns.set(event.turnId, publication);
        break;
      case 'turn.finished':
      case 'turn.failed':
      case 'turn.cancelled':
        endTurn(event.turnId);
        break;
      case 'turn.speaker':
        speakers.set(event.messageId, publication);
        streams.set(event.messageId, { turnId: event.turnId, attempt: 0, next: null, deltas: [] });
        break;
      case 'message.delta': {
        const stream = streams.get(event.messageId);
        if (stream) addDelta(stream, event, publication);
        break;
      }
      case 'message.reset':
        if (event.attempt === 0) forget(event.messageId);
        else clear(streams.get(event.messageId), event.attempt);
        break;
      case 'message.created':
        forget(event.message.id);
        break;
      case 'trigger.fired':
      case 'member.joined':
      case 'member.left':
      case 'member.renamed':
      case 'room.updated':
      case 'room.deleted':
        break;
      // Pending ones are read from the record: they may be older than the newest events.
      case 'approval.requested':
      case 'approval.decided':
        break;
    }
  }
  const deltas = [...streams.values()].flatMap(({ next, deltas: kept }) => (next === null ? [] : kept));
  return [...turns.values(), ...speakers.values(), ...deltas]
    .sort((a, b) => a.offset - b.offset)
    .map(({ frame }) => frame);
}

function clear(stream: Streamed | undefined, attempt: number): void {
  if (stream) Object.assign(stream, { attempt, next: 0, deltas: [] });
}

function addDelta(
  stream: Streamed,
  { attempt, index }: { attempt: number; index: number },
  publication: Publication,
): void {
  // What a given up attempt sends late is void.
  if (attempt < stream.attempt) return;
  if (attempt > stream.attempt || stream.next === null) {
    if (index !== 0) return;
    clear(stream, attempt);
  }
  if (index !== stream.next) stream.next = null;
  else {
    stream.next += 1;
    stream.deltas.push(publication);
  }
}
