import { ApplicationFailure, CancelledFailure, condition, isCancellation } from '@temporalio/workflow';
import {
  decideRefusals,
  type ApprovalOutcome,
  type ApprovalRequest,
  type DecideRequest,
  type DecideResult,
  type Decision,
  type EndedApproval,
  type PendingApproval,
} from '../contracts/run/approvals';
import { derivedId } from './derived-id';
import type { Gate } from './gate';
import type { Records } from './records';

/** Ended approvals that are remembered, so that who comes late is told who decided. */
const endedLimit = 200;

/** The questions of a run to people. The workflow is the one place where decisions are taken, one after the other. */
export class Approvals {
  private readonly pending = new Map<string, PendingApproval>();
  /** Decisions that win, from the moment they are taken: nobody can decide after them. */
  private readonly taken = new Map<string, Decision>();
  /** Actions that won and are stored: the run goes on with them. */
  private readonly won = new Map<string, string>();
  private readonly ended: EndedApproval[];

  constructor(
    private readonly runId: string,
    private readonly records: Records,
    carried: { pending: PendingApproval[]; ended: EndedApproval[] },
  ) {
    for (const approval of carried.pending) this.pending.set(approval.approvalId, approval);
    this.ended = [...carried.ended];
  }

  /** Every node that was answered has gone on. */
  get settled(): boolean {
    return this.won.size === 0;
  }

  carry(): { pending: PendingApproval[]; ended: EndedApproval[] } {
    return { pending: [...this.pending.values()], ended: this.ended };
  }

  /** Asks, or goes on with what was asked before continue-as-new. */
  async request(key: string, request: ApprovalRequest, gate: Gate): Promise<ApprovalOutcome> {
    const approval =
      [...this.pending.values()].find((carried) => carried.key === key) ?? this.open(key, request);
    try {
      return await this.wait(approval, gate);
    } catch (error) {
      if (isCancellation(error)) this.end(approval, 'cancelled');
      throw error;
    } finally {
      this.pending.delete(approval.approvalId);
      this.won.delete(approval.approvalId);
    }
  }

  /** Validator of the update: refuses what is decided, so that the first decision wins by construction. */
  validate({ approvalId, userId, action }: DecideRequest): void {
    const approval = this.pending.get(approvalId);
    const ended = this.ended.find((each) => each.approvalId === approvalId);
    const winner = this.taken.get(approvalId) ?? ended?.decision;
    if (winner) throw refusal('It was decided already', decideRefusals.alreadyDecided, winner);
    if (!approval) {
      throw refusal('It waits for nobody', decideRefusals.notPending, { status: ended?.status ?? 'unknown' });
    }
    const own = approval.decisions.find((decision) => decision.userId === userId);
    if (own) throw refusal('This person has decided', decideRefusals.alreadyVoted, own);
    if (!approval.request.actions.some(({ id }) => id === action))
      throw refusal('There is no such action', decideRefusals.unknownAction, {});
  }

  /** Takes a decision that `validate` let through, and stores it. */
  async decide({ approvalId, userId, name, action, data, comment }: DecideRequest): Promise<DecideResult> {
    const approval = this.pending.get(approvalId);
    if (!approval) throw refusal('It waits for nobody', decideRefusals.notPending, { status: 'unknown' });
    const now = Date.now();
    const decision: Decision = {
      userId,
      name,
      action,
      data,
      comment,
      decidedAt: new Date(now).toISOString(),
    };
    approval.decisions.push(decision);
    const votes = approval.decisions.filter((each) => each.action === action).length;
    const decided = votes >= approval.request.quorum;
    if (decided) this.taken.set(approvalId, decision);
    await this.records.store({
      type: 'approval.decision',
      key: `approval/${approvalId}/by/${userId}`,
      at: now,
      approvalId,
      nodeKey: approval.key,
      decision,
      decided,
    });
    if (decided) {
      this.remember({ approvalId, status: 'decided', decision });
      // Its node may have been cancelled meanwhile.
      if (this.pending.has(approvalId)) this.won.set(approvalId, action);
    }
    return { decision, decided, missing: approval.request.quorum - votes };
  }

  private open(key: string, request: ApprovalRequest): PendingApproval {
    const approval: PendingApproval = {
      approvalId: derivedId(this.runId, `approval/${key}`),
      key,
      request,
      decisions: [],
      requestedAt: Date.now(),
      remindersSent: 0,
      escalated: false,
    };
    const { approvalId, requestedAt } = approval;
    this.pending.set(approvalId, approval);
    this.records.add({
      type: 'approval.requested',
      key: `approval/${approvalId}/requested`,
      at: requestedAt,
      approvalId,
      nodeKey: key,
      request,
    });
    return approval;
  }

  private async wait(approval: PendingApproval, gate: Gate): Promise<ApprovalOutcome> {
    const { approvalId, decisions } = approval;
    for (;;) {
      const next = nextMoment(approval);
      const isOver = (): boolean => this.won.has(approvalId) || gate.stopping;
      if (next === null) await condition(isOver);
      else if (next.at > Date.now()) await condition(isOver, next.at - Date.now());
      const action = this.won.get(approvalId);
      if (action !== undefined) return { status: 'decided', action, decisions, approvalId };
      // Decided in the last moment: it is being stored.
      if (this.taken.has(approvalId)) {
        await condition(() => this.won.has(approvalId));
        continue;
      }
      if (gate.stopping) throw new CancelledFailure('The run is stopping');
      if (next?.what === 'timeout') {
        this.end(approval, 'timed_out');
        return { status: 'timeout', decisions, approvalId };
      }
      if (next?.what === 'escalation') this.escalate(approval);
      else approval.remindersSent += 1;
      this.records.add({
        type: 'approval.reminded',
        key: `approval/${approvalId}/reminded/${approval.remindersSent}/${String(approval.escalated)}`,
        at: Date.now(),
        approvalId,
        nodeKey: approval.key,
        request: approval.request,
        count: approval.remindersSent,
        escalated: approval.escalated,
      });
    }
  }

  private escalate(approval: PendingApproval): void {
    const { assignees, escalation } = approval.request;
    approval.escalated = true;
    if (!escalation) return;
    approval.request = {
      ...approval.request,
      assignees: {
        roles: [...new Set([...assignees.roles, ...escalation.assignees.roles])],
        users: [...new Set([...assignees.users, ...escalation.assignees.users])],
      },
    };
  }

  private end({ approvalId, key }: PendingApproval, status: 'timed_out' | 'cancelled'): void {
    this.remember({ approvalId, status, decision: null });
    this.records.add({
      type: 'approval.ended',
      key: `approval/${approvalId}/${status}`,
      at: Date.now(),
      approvalId,
      nodeKey: key,
      status,
    });
  }

  private remember(ended: EndedApproval): void {
    this.ended.push(ended);
    if (this.ended.length > endedLimit) this.ended.shift();
  }
}

interface Moment {
  what: 'reminder' | 'escalation' | 'timeout';
  /** Milliseconds since 1970. */
  at: number;
}

/** What happens next if nobody decides; null: nothing. */
function nextMoment({ request, requestedAt, remindersSent, escalated }: PendingApproval): Moment | null {
  const { timeoutSeconds, reminderSeconds, escalation } = request;
  const moments: Moment[] = [];
  const after = (what: Moment['what'], seconds: number): void => {
    moments.push({ what, at: requestedAt + seconds * 1000 });
  };
  if (timeoutSeconds !== null) after('timeout', timeoutSeconds);
  if (escalation && !escalated) after('escalation', escalation.afterSeconds);
  if (reminderSeconds !== null) after('reminder', reminderSeconds * (remindersSent + 1));
  return moments.reduce<Moment | null>((first, each) => (first && first.at <= each.at ? first : each), null);
}

const refusal = (message: string, type: string, details: object): ApplicationFailure =>
  ApplicationFailure.create({ message, type, nonRetryable: true, details: [details] });
