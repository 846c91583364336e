import { randomUUID } from 'node:crypto';
import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { graph, node } from '../../support/graphs/catalogue';
import { ask, one, type Recording } from './stage';

const asking = (more: object = {}, ...edges: string[]): GraphDocument =>
  graph(
    [
      node('start', 'trigger'),
      node('ask', 'human_input', { ...ask, ...more }),
      node('yes', 'transform', one),
      node('no', 'transform', one),
    ],
    'start -> ask',
    'ask.approve -> yes',
    'ask.reject -> no',
    ...edges,
  );

/** Questions to people. */
export const people: Record<string, Recording> = {
  'approval-quorum': async ({ runs }) => {
    const runId = await runs.run(asking({ quorum: 2 }));
    const approvalId = await runs.asked(runId);
    const ann = randomUUID();
    await runs.decide(runId, approvalId, 'approve', ann);
    // Refused: she has voted.
    await runs.decide(runId, approvalId, 'reject', ann).catch(() => undefined);
    await runs.decide(runId, approvalId, 'reject');
    await runs.decide(runId, approvalId, 'approve');
    await runs.ended(runId);
    return [runWorkflowId(runId)];
  },
  'approval-timeout': async ({ runs }) => {
    const escalation = { afterSeconds: 2.5, assignees: { users: [randomUUID()] } };
    const workflowId = await runs.publish(
      asking({ reminderSeconds: 60, escalation, waitSeconds: 4 }, 'ask.timeout -> no'),
    );
    // Sooner than users may ask for.
    await runs.database.$executeRaw`
      UPDATE workflow_versions
      SET compiled = replace(compiled::text, '"reminderSeconds": 60', '"reminderSeconds": 1.2')::jsonb
      WHERE workflow_id = ${workflowId}::uuid`;
    const runId = await runs.start(workflowId);
    await runs.ended(runId);
    return [runWorkflowId(runId)];
  },
  'approvals-in-a-loop': async ({ runs }) => {
    const runId = await runs.run(
      graph(
        [
          node('start', 'trigger'),
          node('each', 'loop', { over: '[1, 2]', max: 2, concurrency: 2, collect: 'item' }),
          node('ask', 'human_input', ask, 'each'),
          node('done', 'transform', one, 'each'),
        ],
        'start -> each',
        'ask.approve -> done',
        'ask.reject -> done',
      ),
    );
    for (const at of [1, 0]) await runs.decide(runId, await runs.asked(runId, `each[${at}]/ask`));
    await runs.ended(runId);
    return [runWorkflowId(runId)];
  },
};
