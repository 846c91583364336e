import { randomUUID } from 'node:crypto';
import type { RoomActivities, RoomCommit } from '../../../workflows/contracts/activities';
import type { OpenedRun, RunRecordActivities } from '../../../workflows/contracts/run/activities';
import type {
  FiringOutcome,
  HostState,
  HostTriggers,
  SweepActivities,
  TimerState,
  TriggerActivities,
  TriggerDecision,
} from '../../../workflows/contracts/triggers/activities';
import type { ActivePolicy } from '../../../workflows/contracts/triggers/policy';
import { emptyGraph } from '../runs/run-fixture';

type Activities = RoomActivities &
  TriggerActivities &
  SweepActivities &
  Pick<RunRecordActivities, 'openRun' | 'recordRun'>;

/** What the activities of rooms and triggers keep, in memory: the boundary of the workflows under test. */
export class TriggerRecord {
  triggers: HostTriggers = { version: 0, policies: [] };
  activity: HostState['activity'] = null;
  timer: TimerState | null = null;
  /** Milliseconds that a run takes to open. */
  openMs = 0;
  readonly decisions: TriggerDecision[] = [];
  readonly messages: string[] = [];
  /** Ids of the turns that were started. */
  readonly turns: string[] = [];
  readonly openedRuns: string[] = [];
  readonly sweeps: { policyId: string; until: number }[] = [];
  /** Policies that are full. */
  readonly full = new Set<string>();
  private readonly outcomes = new Map<string, FiringOutcome>();

  setPolicies(...policies: ActivePolicy[]): void {
    this.triggers = { version: this.triggers.version + 1, policies };
  }

  get fires(): Extract<TriggerDecision, { type: 'fire' }>[] {
    return this.decisions.flatMap((decision) => (decision.type === 'fire' ? decision : []));
  }

  /** How many events each reason stood for. */
  get skips(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const decision of this.decisions)
      if (decision.type === 'skip') counts[decision.reason] = (counts[decision.reason] ?? 0) + decision.count;
    return counts;
  }

  readonly activities: Activities = {
    openRoom: () =>
      Promise.resolve({
        lastSeq: 0,
        roster: {
          ...{ version: 1, name: 'Room', turnPolicy: 'parallel', agentReplies: 'auto', maxRounds: 1 },
          ...{ turnSeconds: 60, modelSeconds: 60, agents: [], workflow: { workflowId: 'w', version: 1 } },
        },
      }),
    commitRoom: (commit) => Promise.resolve(this.commit(commit)),
    readHost: ({ version }) =>
      Promise.resolve({
        activity: this.activity,
        ...(version !== this.triggers.version && { triggers: this.triggers }),
      }),
    recordDecisions: ({ decisions }) => Promise.resolve(decisions.flatMap((each) => this.decide(each))),
    readTimer: () => Promise.resolve(this.timer),
    sweepSilences: (sweep) => {
      this.sweeps.push(sweep);
      return Promise.resolve({ rooms: 0 });
    },
    openRun: async (runId) => {
      this.openedRuns.push(runId);
      await new Promise((resolve) => setTimeout(resolve, this.openMs));
      return { claim: runId, value: openedRun() };
    },
    recordRun: () => Promise.resolve(),
  };

  private commit({ messages, transitions, triggersVersion }: RoomCommit) {
    const isNew = triggersVersion !== this.triggers.version;
    for (const { id } of messages) if (!this.messages.includes(id)) this.messages.push(id);
    for (const transition of transitions)
      if (transition.type === 'started' && !isNew) this.turns.push(transition.messageId);
    return { lastSeq: this.messages.length, duplicates: [], ...(isNew && { triggers: this.triggers }) };
  }

  private decide(decision: TriggerDecision): FiringOutcome[] {
    const { firingId, policyId } = decision;
    const known = this.outcomes.get(firingId);
    if (known) return [known];
    this.decisions.push(decision);
    if (decision.type === 'skip') return [];
    const { runId } = decision;
    const outcome: FiringOutcome = this.full.has(policyId)
      ? { firingId, policyId, outcome: 'skipped', reason: 'concurrency' }
      : {
          ...{ firingId, policyId, outcome: 'fired' },
          run: { runId, workflowId: randomUUID(), version: 1, workflowName: 'Flow' },
        };
    this.outcomes.set(firingId, outcome);
    return [outcome];
  }
}

const openedRun = (): OpenedRun => ({
  ...{ graph: emptyGraph, workspaceId: 'w', roomId: null, sessionId: null, payload: {}, trigger: {} },
  ...{ startedAt: new Date().toISOString(), depth: 0, reused: {}, edited: {} },
  ...{ modelSeconds: 30, toolSeconds: 10 },
});
