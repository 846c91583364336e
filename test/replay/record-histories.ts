import type { Client } from '@temporalio/client';
import { createClaimCheck } from '../../infra/temporal/claim-check';
import { eventually } from '../support/eventually';
import type { RunFixtureOptions } from '../support/graphs/run-fixture';
import { keepHistory, type History } from './kept-history';
import { continued } from './recordings/continue-as-new';
import { failures } from './recordings/failures';
import { nodeKindRuns } from './recordings/node-kinds';
import { people } from './recordings/people';
import { roomPolicies } from './recordings/room-policies';
import { roomRuns } from './recordings/room-runs';
import { rooms } from './recordings/rooms';
import { openStage, type Recording, type Stage } from './recordings/stage';
import { steering } from './recordings/steering';
import { timeAndEvents } from './recordings/time-and-events';
import { deliveries } from './recordings/webhooks';

const usual = {
  ...{ ...rooms, ...nodeKindRuns, ...failures, ...people, ...steering, ...roomRuns },
  ...{ ...roomPolicies, ...timeAndEvents, ...deliveries },
};
/** The server asks for continue-as-new after 40 events instead of thousands. */
const impatient: RunFixtureOptions = { dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 40 } };

/**
 * `npm run record-histories [name…]`: plays the scenarios on real servers and keeps the histories for replay.test.ts; of
 * several workflows or executions as `name.1`, `name.2` and so on.
 */
async function main(names: string[]): Promise<void> {
  await record(usual, names);
  await record(continued, names, impatient);
}

async function record(
  recordings: Record<string, Recording>,
  names: string[],
  options?: RunFixtureOptions,
): Promise<void> {
  const wanted = Object.entries(recordings).filter(([name]) => names.length === 0 || names.includes(name));
  if (wanted.length === 0) return;
  const stage = await openStage(options);
  try {
    for (const [name, play] of wanted) await keep(stage, name, await play(stage));
  } finally {
    await stage.stop();
  }
}

async function keep({ runs }: Stage, name: string, workflowIds: string[]): Promise<void> {
  const chains = await Promise.all(workflowIds.map((id) => executionsOf(runs.client, id)));
  const histories = chains.flat();
  const codec = createClaimCheck(runs.database);
  for (const [at, history] of histories.entries()) {
    const file = histories.length === 1 ? name : `${name}.${at + 1}`;
    await keepHistory(file, history, codec);
    console.log(`kept ${file}: ${history.events?.length ?? 0} events`);
  }
}

/** Histories of all executions of a workflow, oldest first. */
async function executionsOf(client: Client, workflowId: string, runId?: string): Promise<History[]> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const history = await eventually(`${workflowId} rests`, async () => {
    const fetched = await handle.fetchHistory();
    return isAtRest(fetched) && fetched;
  });
  const before = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  return [...(before ? await executionsOf(client, workflowId, before) : []), history];
}

/** A workflow that is deciding, or about to begin, would go on to do so in the replay, which has no activities. */
function isAtRest({ events }: History): boolean {
  const last = events?.at(-1);
  return (
    !last?.workflowExecutionStartedEventAttributes &&
    !last?.workflowTaskScheduledEventAttributes &&
    !last?.workflowTaskStartedEventAttributes
  );
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
