import type { Database } from '../database/client';
import type { Logger } from '../logger/logger';
import type { SentEvent, TriggerGateway } from '../temporal/trigger-gateway';

/** Sends events whose rows are stored, after what happened was answered. */
export interface EventSender {
  /** Returns at once and never throws: what is not sent is found by the workers, who look every few seconds. */
  send(events: readonly SentEvent[]): void;
}

export interface EventSenderDeps {
  database: Database;
  triggers: TriggerGateway;
  logger: Logger;
}

export function createEventSender(deps: EventSenderDeps): EventSender {
  return {
    send(events) {
      if (events.length === 0) return;
      sendEvents(deps, events).catch((error: unknown) => {
        deps.logger.warn({ error, events: events.length }, 'Events will be sent later');
      });
    },
  };
}

/**
 * Tells those who decide of the events, in order, and marks those that were told as sent.
 * @throws TemporalUnavailableError when some could not be.
 */
export async function sendEvents(
  { database, triggers }: Pick<EventSenderDeps, 'database' | 'triggers'>,
  events: readonly SentEvent[],
): Promise<void> {
  const outcomes = await Promise.allSettled(events.map((event) => triggers.send(event)));
  const sent = events.filter((_, index) => outcomes[index]?.status === 'fulfilled');
  if (sent.length > 0) {
    await database.triggerEvent.updateMany({
      where: { id: { in: sent.map(({ event }) => event.id) }, sentAt: null },
      data: { sentAt: new Date() },
    });
  }
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
