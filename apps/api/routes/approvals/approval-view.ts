import { z } from 'zod';
import type { Approval, ApprovalDecision } from '../../../../prisma/generated/client';
import { ApprovalStatus } from '../../../../prisma/generated/enums';
import type { ApprovalAction } from '../../../../workflows/contracts/run/approvals';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

const formData = z.record(z.string(), z.unknown()).nullable();

export const decision = z
  .object({
    userId: uuid(ids.ben),
    name: z.string(),
    action: z.string(),
    data: formData,
    comment: z.string().nullable(),
    decidedAt: timestamp,
  })
  .meta({ id: 'ApprovalDecision' });

export const decisionExample: z.input<typeof decision> = {
  userId: ids.ben,
  name: 'Ben',
  action: 'approve',
  data: { mark: 2 },
  comment: 'Well done.',
  decidedAt: at,
};

export const approval = z
  .object({
    id: uuid(ids.approval),
    workspaceId: uuid(ids.workspace),
    runId: uuid(ids.run),
    roomId: uuid(ids.room).nullable(),
    nodeKey: z.string().meta({ description: 'The step of the run that asks.' }),
    status: z.enum(ApprovalStatus),
    title: z.string(),
    description: z.string(),
    schema: formData.meta({ description: 'JSON Schema of the form that a decision fills in; null: none.' }),
    actions: z.array(z.object({ id: z.string(), label: z.string() })),
    assignees: z.object({
      roles: z.array(z.string()).meta({
        description: 'Roles in the workspace; `room_owner` and `room_member` are those of the run’s room.',
      }),
      users: z.array(uuid(ids.ben)),
    }),
    quorum: z.int().meta({ description: 'How many people must choose the same action.' }),
    action: z.string().nullable().meta({ description: 'The action that won.' }),
    decisions: z.array(decision),
    mayDecide: z.boolean().meta({ description: 'You are asked.' }),
    reminders: z.int(),
    escalated: z.boolean().meta({ description: 'More people were asked, because it took long.' }),
    requestedAt: timestamp,
    dueAt: timestamp.nullable().meta({ description: 'When it times out.' }),
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'Approval', description: 'A question to people, asked by a step of a run.' });

export const approvalExample: z.input<typeof approval> = {
  id: ids.approval,
  workspaceId: ids.workspace,
  runId: ids.run,
  roomId: null,
  nodeKey: 'approve',
  status: 'pending',
  title: 'Send this answer?',
  description: 'Leaves turn light into sugar.',
  schema: { type: 'object', properties: { mark: { type: 'integer' } } },
  actions: [
    { id: 'approve', label: 'Approve' },
    { id: 'reject', label: 'Reject' },
  ],
  assignees: { roles: ['teacher'], users: [] },
  quorum: 1,
  action: null,
  decisions: [],
  mayDecide: true,
  reminders: 0,
  escalated: false,
  requestedAt: at,
  dueAt: null,
  endedAt: null,
};

export type ApprovalRow = Approval & { decisions: ApprovalDecision[] };

export const withDecisions = { decisions: { orderBy: { decidedAt: 'asc' } } } as const;

export function viewApproval(row: ApprovalRow, mayDecide: boolean): z.input<typeof approval> {
  const { id, workspaceId, runId, roomId, nodeKey, status, title, description, quorum, action } = row;
  return {
    id,
    workspaceId,
    runId,
    roomId,
    nodeKey,
    status,
    title,
    description,
    schema: row.schema as Record<string, unknown> | null,
    actions: row.actions as unknown as ApprovalAction[],
    assignees: { roles: row.roles, users: row.userIds },
    quorum,
    action,
    decisions: row.decisions.map(viewDecision),
    mayDecide,
    reminders: row.reminders,
    escalated: row.escalated,
    requestedAt: row.requestedAt.toISOString(),
    dueAt: row.dueAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

export const viewDecision = (row: ApprovalDecision): z.output<typeof decision> => ({
  userId: row.userId,
  name: row.name,
  action: row.action,
  data: row.data as Record<string, unknown> | null,
  comment: row.comment,
  decidedAt: row.decidedAt.toISOString(),
});
