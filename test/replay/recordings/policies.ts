import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import { triggerScheduleId } from '../../../workflows/contracts/triggers/host';
import type { SkipReason } from '../../../workflows/contracts/triggers/policy';
import { eventually } from '../../support/eventually';
import { graph, node } from '../../support/graphs/catalogue';
import { newPerson, type Person } from '../../support/people';
import { publish, type Stage } from './stage';

/** Somebody with trigger policies: in a workspace of their own, so that only these are in scope. */
export interface PolicyOwner {
  readonly owner: Person;
  /** @param document of what it runs; default: notes what it was started with. */
  readonly policy: (settings: object, document?: GraphDocument) => Promise<string>;
  readonly say: (roomId: string, ...texts: string[]) => Promise<void>;
  /** Waits for so many firings, and for the ends of their runs. @returns the ids of the runs, oldest first. */
  readonly fired: (policyId: string, count?: number) => Promise<string[]>;
  readonly skipped: (policyId: string, reason: SkipReason) => Promise<void>;
}

export const noting = graph(
  [
    node('start', 'trigger'),
    node('note', 'transform', { output: { input: 'input', count: 'trigger.count' } }),
  ],
  'start -> note',
);

export async function newPolicyOwner({ apiUrl, runs }: Stage): Promise<PolicyOwner> {
  const owner = await newPerson(apiUrl, 'Alice');
  const firings = runs.database.triggerFiring;
  return {
    owner,
    async policy(settings, document = noting) {
      const workflowId = await publish(owner, document);
      const policy = { name: 'Policy', workflowId, ...settings };
      const { id } = await owner.must<{ id: string }>('POST', '/triggers', policy);
      return id;
    },
    async say(roomId, ...texts) {
      for (const text of texts) await owner.must('POST', `/rooms/${roomId}/messages`, { text });
    },
    async fired(policyId, count = 1) {
      const where = { policyId, status: 'fired' };
      const found = await eventually(`${count} firings`, async () => {
        const rows = await firings.findMany({ where, orderBy: { createdAt: 'asc' } });
        return rows.length >= count && rows;
      });
      const ids = found.map(({ runId }) => runId ?? '');
      await Promise.all(ids.map((id) => runs.ended(id)));
      return ids;
    },
    async skipped(policyId, reason) {
      await eventually(`a skip for ${reason}`, () => firings.findFirst({ where: { policyId, reason } }));
    },
  };
}

/** The workflow that a policy's Schedule has started last. */
export function startedBySchedule({ runs: { client } }: Stage, policyId: string): Promise<string> {
  const schedule = client.schedule.getHandle(triggerScheduleId(policyId));
  return eventually('the Schedule starts a workflow', async () => {
    const { info } = await schedule.describe();
    return info.recentActions.at(-1)?.action.workflow.workflowId;
  });
}
