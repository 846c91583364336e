import { randomUUID } from 'node:crypto';
import type { RoomActivities, RoomCommit } from '../../../workflows/contracts/activities';
import type { OpenedRun, RunRecordActivities } from '../../../workflows/contracts/run/activities';
import type {
  FireDecision,
  FiringOutcome,
  HostState,
  HostTriggers,
  SkipDecision,
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

/**
 * What the activities of rooms and triggers keep, in memory: the boundary of the workflows under test. What they are told again,
 * by a workflow task that was lost, they keep once, as the real ones do.
 */
export class TriggerRecord {
  triggers: HostTriggers = { version: 0, policies: [] };
  activity: HostState['activity'] = null;
  timer: TimerState | null = null;
  /** Runs open once this is over. */
  opening: Promise<void> = Promise.resolve();
  /** How often a host has asked for its policies and where its room stands. */
  looks = 0;
  readonly fires: FireDecision[] = [];
  readonly messages: string[] = [];
  /** Ids of the turns that were started. */
  readonly turns: string[] = [];
  readonly openedRuns: string[] = [];
  readonly sweeps: { policyId: string; until: number }[] = [];
  /** Policies that are full. */
  readonly full = new Set<string>();
  private readonly skipped = new Map<string, SkipDecision>();
  private readonly outcomes = new Map<string, FiringOutcome>();

  setPolicies(...policies: ActivePolicy[]): void {
    this.triggers = { version: this.triggers.version + 1, policies };
  }

  /** How many events each reason stood for. */
  get skips(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { reason, count } of this.skipped.values()) counts[reason] = (counts[reason] ?? 0) + count;
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
    readHost: ({ version }) => {
      this.looks += 1;
      return Promise.resolve({
        activity: this.activity,
        ...(version !== this.triggers.version && { triggers: this.triggers }),
      });
    },
    recordDecisions: ({ decisions }) => Promise.resolve(decisions.flatMap((each) => this.decide(each))),
    readTimer: () => Promise.resolve(this.timer),
    sweepSilences: (sweep) => {
      this.sweeps.push(sweep);
      return Promise.resolve({ rooms: 0 });
    },
    openRun: async (runId) => {
      if (!this.openedRuns.includes(runId)) this.openedRuns.push(runId);
      await this.opening;
      return { claim: runId, value: openedRun() };
    },
    recordRun: () => Promise.resolve(),
  };

  private commit({ messages, transitions, triggersVersion }: RoomCommit) {
    const isNew = triggersVersion !== this.triggers.version;
    for (const { id } of messages) if (!this.messages.includes(id)) this.messages.push(id);
    for (const transition of transitions)
      if (transition.type === 'started' && !isNew && !this.turns.includes(transition.messageId))
        this.turns.push(transition.messageId);
    return { lastSeq: this.messages.length, duplicates: [], ...(isNew && { triggers: this.triggers }) };
  }

  private decide(decision: TriggerDecision): FiringOutcome[] {
    const { firingId, policyId } = decision;
    if (decision.type === 'skip') {
      const told = this.skipped.get(firingId)?.count ?? 0;
      if (decision.count > told) this.skipped.set(firingId, decision);
      return [];
    }
    const known = this.outcomes.get(firingId);
    if (known) return [known];
    this.fires.push(decision);
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
