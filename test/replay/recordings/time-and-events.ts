import { roomWorkflowId } from '../../../workflows/contracts/room';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { triggerScheduleId, triggersWorkflowId } from '../../../workflows/contracts/triggers/host';
import { eventually } from '../../support/eventually';
import { graph, node } from '../../support/graphs/catalogue';
import { newRoom } from '../../support/people';
import { callHook } from '../../support/triggers/hook-request';
import { newPolicyOwner, startedBySchedule } from './policies';
import { ask, publish, type Recording, type Stage } from './stage';

const daily = { eventType: 'timer', cron: '0 9 * * *', timeZone: 'Europe/Berlin' };
const asking = graph(
  [node('start', 'trigger'), node('ask', 'human_input', ask), node('end', 'join')],
  'start -> ask',
  'ask.approve -> end',
  'ask.reject -> end',
);
const failing = graph(
  [node('start', 'trigger'), node('bad', 'transform', { output: { v: '1 / 0' } })],
  'start -> bad',
);
const minuteMs = 60_000;

/** Policies that wait for a time, or for events without a room, and a run of one that waits for messages. */
export const timeAndEvents: Record<string, Recording> = {
  timer: async (stage) => {
    const { owner, policy, fired } = await newPolicyOwner(stage);
    const { id: roomId } = await newRoom(owner);
    const policyId = await policy({ ...daily, scope: { roomId } });
    await owner.must('POST', `/triggers/${policyId}/fire`, {});
    await fired(policyId);
    return [await ended(stage, await startedBySchedule(stage, policyId))];
  },
  'timer-in-quiet-hours': async (stage) => {
    const { owner, policy, skipped } = await newPolicyOwner(stage);
    const quietHours = { from: '00:00', to: '00:00', timeZone: 'Europe/Berlin' };
    const policyId = await policy({ ...daily, quietHours });
    await owner.must('POST', `/triggers/${policyId}/fire`, {});
    await skipped(policyId, 'quiet_hours');
    return [await ended(stage, await startedBySchedule(stage, policyId))];
  },
  'timer-cancelled': async (stage) => {
    const { runs } = stage;
    const { owner, policy } = await newPolicyOwner(stage);
    const policyId = await policy(daily, asking);
    await owner.must('POST', `/triggers/${policyId}/fire`, {});
    const { id: runId } = await eventually('it fires', () =>
      runs.database.run.findFirst({ where: { triggerPolicyId: policyId } }),
    );
    await runs.asked(runId);
    const workflowId = await startedBySchedule(stage, policyId);
    await runs.client.workflow.getHandle(workflowId).cancel();
    await runs.ended(runId);
    return [await ended(stage, workflowId)];
  },
  /** A room that has been silent for almost as long as the policy says is told so, and waits for the rest of it. */
  silence: async (stage) => {
    const { client, database } = stage.runs;
    const { owner, policy, say, fired } = await newPolicyOwner(stage);
    const { id: roomId } = await newRoom(owner);
    await say(roomId, 'hello');
    await eventually('it is stored', () => database.message.findFirst({ where: { roomId } }));
    const policyId = await policy({ eventType: 'silence', thresholdMinutes: 1, scope: { roomId } });
    const schedule = client.schedule.getHandle(triggerScheduleId(policyId));
    const lastMessageAt = new Date(Date.now() - minuteMs + 3000);
    await database.room.update({ where: { id: roomId }, data: { lastMessageAt } });
    await eventually('the Schedule is there', () => schedule.describe());
    await schedule.trigger();
    const sweep = await ended(stage, await startedBySchedule(stage, policyId));
    await fired(policyId);
    return [roomWorkflowId(roomId), sweep];
  },
  /** The workspace decides over what belongs to no room: by hand, in a burst, by an incoming webhook, of a failed run. */
  'workspace-events': async (stage) => {
    const { owner, policy, fired, skipped } = await newPolicyOwner(stage);
    const byHand = await policy({ eventType: 'manual', conditions: { expression: 'event.payload.n > 1' } });
    const inBursts = await policy({ eventType: 'manual', debounceSeconds: 1 });
    for (const policyId of [byHand, inBursts])
      for (const n of [1, 2]) await owner.must('POST', `/triggers/${policyId}/fire`, { payload: { n } });
    await skipped(byHand, 'conditions_not_met');
    await Promise.all([byHand, inBursts].map((policyId) => fired(policyId)));

    const called = await policy({ eventType: 'webhook' });
    const { hook } = await owner.must<{ hook: { url: string } }>('GET', `/triggers/${called}`);
    const { secret } = await owner.must<{ secret: string }>('POST', `/triggers/${called}/rotate-secret`);
    await callHook({ url: stage.apiUrl + new URL(hook.url).pathname, secret }, 'build-7', { green: true });
    await fired(called);

    const ofFailures = await policy({ eventType: 'run_failed' });
    await owner.must('POST', `/workflows/${await publish(owner, failing)}/execute`, {});
    await fired(ofFailures);
    return [triggersWorkflowId(owner.workspaceId)];
  },
  /** A run that knows what fired it. */
  'fired-run': async (stage) => {
    const { owner, policy, say, fired } = await newPolicyOwner(stage);
    const { id: roomId } = await newRoom(owner);
    const policyId = await policy(
      {
        ...{ eventType: 'user_message', debounceSeconds: 1, scope: { roomId } },
        input: { said: 'events.map(e, e.text)' },
      },
      graph(
        [
          node('start', 'trigger', { output: { said: 'input.said', count: 'trigger.count' } }),
          node('tell', 'message', { text: '{{ trigger.event.author.name }} wrote {{ trigger.event.text }}' }),
        ],
        'start -> tell',
      ),
    );
    await say(roomId, 'one', 'two');
    return (await fired(policyId)).map(runWorkflowId);
  },
};

/** @returns the id of the workflow, once it has ended. */
async function ended({ runs: { client } }: Stage, workflowId: string): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  await eventually('the workflow ends', async () => (await handle.describe()).closeTime);
  return workflowId;
}
