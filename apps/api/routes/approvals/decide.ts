import { z } from 'zod';
import { DecisionRefusedError } from '../../../../infra/temporal/run-gateway';
import type { JsonObject, JsonSchema } from '../../../../workflows/contracts/json';
import {
  decideRefusals,
  type ApprovalAction,
  type Decision,
} from '../../../../workflows/contracts/run/approvals';
import { requireFit } from '../../graphs/schemas';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { invalid } from '../../http/validate';
import { recordAudit } from '../../identity/audit';
import { findApproval } from '../../runs/find-approval';
import { ids } from '../examples';
import { uuid } from '../fields';
import { jsonValue } from '../json-value';
import { decision, decisionExample, viewDecision, type ApprovalRow } from './approval-view';

const decided = decision
  .extend({
    approvalId: uuid(ids.approval),
    decided: z.boolean().meta({ description: 'The quorum is reached: the run goes on.' }),
    missing: z.int().meta({ description: 'Decisions for the same action that are still needed.' }),
  })
  .meta({ id: 'DecisionTaken' });

export const decideApproval = defineRoute(
  {
    method: 'POST',
    path: '/approvals/{id}/decide',
    summary: 'Decide',
    description:
      'For those who are asked. The first decision wins; where several people are needed, the action that reaches the quorum first. Who comes later gets 409 `already_decided` with the decision that counts. The form, if there is one, is filled in with every action.',
    tags: ['approvals'],
    auth: 'user',
    params: { id: uuid(ids.approval) },
    idempotent: true,
    body: {
      schema: z.strictObject({
        action: z.string().min(1).max(64).meta({ example: 'approve' }),
        data: z
          .record(z.string(), jsonValue)
          .nullable()
          .default(null)
          .meta({ description: 'What the form takes; held to its schema.', example: { mark: 2 } }),
        comment: z.string().trim().max(4000).nullable().default(null).meta({ example: 'Well done.' }),
      }),
      example: { action: 'approve', data: { mark: 2 }, comment: 'Well done.' },
    },
    responses: {
      200: {
        description: 'Your decision, and whether it settles the matter.',
        schema: decided,
        example: { ...decisionExample, approvalId: ids.approval, decided: true, missing: 0 },
      },
    },
    errors: [
      'forbidden',
      'approval_not_found',
      'already_decided',
      'already_voted',
      'approval_not_pending',
      'temporal_unavailable',
    ],
  },
  async ({ params: { id }, body, user, ctx }, { database, runs }) => {
    const { row, decides } = await findApproval(database, user, id);
    if (!decides) throw new ApiError('forbidden', 'Others are asked to decide this.');
    requireOpen(row, user.userId);
    requireForm(row, body);
    const request = { approvalId: id, userId: user.userId, name: user.name, ...body };
    const result = await runs.decide(row.runId, request).catch(async (error: unknown) => {
      if (!(error instanceof DecisionRefusedError)) throw error;
      // A run that has ended meanwhile does not know who decided; the record does.
      if (error.reason === decideRefusals.notPending)
        requireOpen((await findApproval(database, user, id)).row, user.userId);
      throw refused(error);
    });
    await recordAudit(database, {
      action: 'approval_decided',
      actorId: user.userId,
      workspaceId: row.workspaceId,
      target: ['approval', id],
      data: { action: body.action, decided: result.decided },
      address: ctx.ip,
    });
    return {
      status: 200,
      body: {
        ...result.decision,
        approvalId: id,
        decided: result.decided,
        missing: result.missing,
      },
    };
  },
);

/** What the record knows already needs no asking. */
function requireOpen(row: ApprovalRow, userId: string): void {
  const winner = row.decisions.filter(({ action }) => action === row.action).at(-1);
  if (row.status === 'decided' && winner) throw alreadyDecided(viewDecision(winner));
  if (row.status !== 'pending') throw notPending(row.status);
  const own = row.decisions.find((made) => made.userId === userId);
  if (own) throw alreadyVoted(viewDecision(own));
}

function requireForm(row: ApprovalRow, { action, data }: { action: string; data: JsonObject | null }): void {
  const actions = (row.actions as unknown as ApprovalAction[]).map((known) => known.id);
  if (!actions.includes(action)) {
    throw invalid([
      { path: 'body.action', code: 'invalid_value', message: `must be one of ${actions.join(', ')}` },
    ]);
  }
  if (row.schema !== null) requireFit(row.schema as JsonSchema, data ?? {}, 'body.data');
  else if (data !== null)
    throw invalid([{ path: 'body.data', code: 'unknown_field', message: 'This approval has no form.' }]);
}

type Made = Pick<Decision, 'userId' | 'name' | 'action' | 'decidedAt'>;

const factsOf = ({ userId, name, action, decidedAt }: Made): Made => ({ userId, name, action, decidedAt });

const alreadyDecided = (made: Made): ApiError =>
  new ApiError('already_decided', `${made.name} decided “${made.action}” at ${made.decidedAt}.`, {
    details: { decision: factsOf(made) },
  });

const alreadyVoted = (made: Made): ApiError =>
  new ApiError(
    'already_voted',
    `You decided “${made.action}” at ${made.decidedAt}; others have to decide too.`,
    {
      details: { decision: factsOf(made) },
    },
  );

const notPending = (status: string): ApiError =>
  new ApiError('approval_not_pending', `Nothing can be decided any more: ${status.replace('_', ' ')}.`);

function refused({ reason, details }: DecisionRefusedError): ApiError {
  if (details === null) return notPending('the run has ended');
  if ('status' in details) return notPending(details.status);
  return reason === decideRefusals.alreadyVoted ? alreadyVoted(details) : alreadyDecided(details);
}
