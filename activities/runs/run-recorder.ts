import { ApplicationFailure } from '@temporalio/activity';
import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import { createOutbox } from '../../infra/outbox/outbox';
import { roomChannel, runChannel, type Relay } from '../../infra/relay/relay';
import type { WebhookGateway } from '../../infra/temporal/webhook-gateway';
import type { EventSender } from '../../infra/triggers/event-sender';
import { sentEventOf } from '../../infra/triggers/record-event';
import { runFailures } from '../../workflows/contracts/run/status';
import { happeningsOf } from './run-capture';
import { eventsOf, roomEventsOf } from './run-log';
import { recordsOf, type RecordEntry } from './run-records';
import { runStatement, type RunStatementRow } from './run-statement';

export interface RunAddress {
  runId: string;
  workspaceId: string;
  roomId: string | null;
}

/** Writes down what happens in runs: in Postgres, the record, and then to those who listen. */
export interface RunRecorder {
  /**
   * Resolves once everything is stored and the room knows of its approvals. Repeating it changes nothing. What is
   * recorded of one run while a statement of it is under way travels together in the next one, in order.
   * @throws ApplicationFailure `run_gone`
   */
  record(run: RunAddress, entries: readonly RecordEntry[]): Promise<void>;
}

export interface RunRecorderDeps {
  database: Database;
  relay: Relay;
  events: EventSender;
  webhooks: WebhookGateway;
  /** Told, after it is stored, that a run of a trigger policy has ended: others may wait for its place. */
  policyRunEnded: (policyId: string) => void;
  logger: Logger;
}

export function createRunRecorder(deps: RunRecorderDeps): RunRecorder {
  const { database, relay, logger } = deps;
  const outbox = createOutbox<RunAddress, readonly RecordEntry[]>((run, batches) =>
    store(run, batches.flat()),
  );
  return { record: (run, entries) => outbox.send(run.runId, run, entries) };

  async function store(run: RunAddress, entries: readonly RecordEntry[]): Promise<void> {
    const { runId, roomId } = run;
    const events = eventsOf(runId, entries);
    const statement = runStatement(run, recordsOf(entries), events, happeningsOf(entries));
    const [row] = await database.$queryRaw<RunStatementRow[]>(statement);
    if (!row) throw ApplicationFailure.nonRetryable(runFailures.run_gone, 'run_gone');
    passOn(run, row);
    const forRoom = roomEventsOf(runId, events);
    if (events.length > 0) void nudge(runId, row.lastEventSeq);
    if (roomId !== null && forRoom.length > 0) await relay.publishOnce(roomChannel(roomId), forRoom);
  }

  /** To those who wait for what happened; what is lost on the way is found by the workers' next look. */
  function passOn({ workspaceId }: RunAddress, row: RunStatementRow): void {
    deps.events.send(
      (row.events ?? []).map(({ at, ...event }) => sentEventOf({ ...event, createdAt: new Date(at) })),
    );
    deps.webhooks.wake((row.subscriptions ?? []).map((subscriptionId) => ({ subscriptionId, workspaceId })));
    if (row.endedPolicyId !== null) deps.policyRunEnded(row.endedPolicyId);
  }

  /** Nobody waits for it: whoever listens would find the events with the next nudge, or at its next look. */
  async function nudge(runId: string, seq: number): Promise<void> {
    try {
      await relay.publishEphemeral(runChannel(runId), { type: 'run.changed', seq });
    } catch (error) {
      logger.warn({ error, runId }, 'Listeners of a run could not be told of its events');
    }
  }
}
