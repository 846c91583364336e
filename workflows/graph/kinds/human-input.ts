import type { Json, JsonObject, JsonSchema } from '../../contracts/graph/document';
import { graphLimits } from '../../contracts/graph/document';
import {
  assigneeRoles,
  type ApprovalAction,
  type ApprovalRequest,
  type Assignees,
} from '../../contracts/run/approvals';
import type { KindProblem } from '../node-kind';
import { defineKind, jsonSchemaSchema, record, seconds, template, templateSchema } from './define-kind';

interface HumanInputData {
  title: string;
  description?: string;
  schema?: JsonSchema;
  actions?: { id: string; label?: string }[];
  assignees: Partial<Assignees>;
  quorum?: number;
  reminderSeconds?: number;
  escalation?: { afterSeconds: number; assignees: Partial<Assignees> };
  waitSeconds?: number;
}

/** An ApprovalRequest with title and description as templates. */
type HumanInputConfig = ApprovalRequest;

/** Way out when nobody decided in time. */
const timeoutHandle = 'timeout';
const defaultActions: readonly ApprovalAction[] = [
  { id: 'approve', label: 'Approve' },
  { id: 'reject', label: 'Reject' },
];

const assigneesSchema: JsonObject = {
  type: 'object',
  properties: {
    roles: {
      type: 'array',
      items: { enum: [...assigneeRoles] },
      uniqueItems: true,
      description: 'Roles in the workspace; `room_owner` and `room_member` are those of the run’s room.',
      examples: [['teacher']],
    },
    users: {
      type: 'array',
      items: { type: 'string', format: 'uuid', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' },
      maxItems: 100,
      description: 'User ids.',
    },
  },
  additionalProperties: false,
};

export const humanInput = defineKind<HumanInputData, HumanInputConfig>({
  kind: 'human_input',
  version: 1,
  summary: 'Asks people to decide or to fill in a form, and goes on at the action they choose.',
  schema: {
    type: 'object',
    properties: {
      title: templateSchema('What people are asked, in one line.', 'Send this reply?'),
      description: templateSchema('What they need to know.', 'The draft: {{ nodes.draft.text }}'),
      schema: jsonSchemaSchema('Form that a decision fills in.'),
      actions: {
        type: 'array',
        minItems: 1,
        maxItems: 10,
        items: {
          type: 'object',
          properties: {
            id: {
              type: 'string',
              pattern: '^[A-Za-z0-9_-]{1,64}$',
              not: { enum: [timeoutHandle, 'error'] },
              description: 'Names the way out.',
            },
            label: {
              type: 'string',
              minLength: 1,
              maxLength: 100,
              description: 'For people. Default: the id.',
            },
          },
          required: ['id'],
          additionalProperties: false,
        },
        description: 'What people can choose. Default: approve, reject.',
      },
      assignees: { ...assigneesSchema, description: 'Anybody whom one of these names may decide.' },
      quorum: {
        type: 'integer',
        minimum: 1,
        maximum: 100,
        default: 1,
        description: 'How many people must choose the same action.',
      },
      reminderSeconds: {
        ...seconds('How often the assignees are told again.', graphLimits.deadlineSeconds, 3600),
        minimum: 60,
      },
      escalation: {
        type: 'object',
        properties: {
          afterSeconds: seconds('When more people may decide.', graphLimits.deadlineSeconds, 86_400),
          assignees: assigneesSchema,
        },
        required: ['afterSeconds', 'assignees'],
        additionalProperties: false,
        description: 'More people who may decide, after a while.',
      },
      waitSeconds: seconds(
        'When nobody has decided by then, the run goes on at `timeout`. Default: it waits as long as it may take.',
        graphLimits.deadlineSeconds,
        86_400,
      ),
    },
    required: ['title', 'assignees'],
  },
  handles: ({ actions = defaultActions, waitSeconds }) => [
    ...actions.map(({ id }) => id),
    ...(waitSeconds === undefined ? [] : [timeoutHandle]),
  ],
  expressions: ({ title, description }) => [
    ...template('data.title', title),
    ...template('data.description', description),
  ],
  output: ({ schema, actions = defaultActions, waitSeconds }) =>
    record({
      action: {
        type: 'string',
        enum: [...actions.map(({ id }) => id), ...(waitSeconds === undefined ? [] : [timeoutHandle])],
      },
      decisions: { type: 'array', items: { type: 'object' } },
      // Null after a time-out, or when the form was not filled in.
      data: schema && waitSeconds === undefined ? schema : {},
      approvalId: { type: 'string' },
    }),
  check({ data }, { outgoing, schemas }) {
    const { assignees, escalation, schema, actions = defaultActions, quorum = 1 } = data;
    const problems: KindProblem[] = [];
    if (isEmpty(assignees))
      problems.push({
        code: 'approval_without_assignee',
        path: 'data.assignees',
        message: 'Name at least one role or user who may decide.',
      });
    if (escalation && isEmpty(escalation.assignees))
      problems.push({
        code: 'approval_without_assignee',
        path: 'data.escalation.assignees',
        message: 'Name at least one role or user whom it escalates to.',
      });
    const mostPeople = new Set([...(assignees.users ?? []), ...(escalation?.assignees.users ?? [])]).size;
    if (!hasRoles(assignees) && !(escalation && hasRoles(escalation.assignees)) && quorum > mostPeople)
      problems.push({
        code: 'impossible_quorum',
        path: 'data.quorum',
        message: `${quorum} people must agree, but only ${mostPeople} may decide.`,
      });
    const wrong = schema && schemas.checkSchema(schema);
    if (wrong) problems.push({ code: 'invalid_schema', path: 'data.schema', message: wrong });
    actions.forEach(({ id }, at) => {
      const path = `data.actions.${at}.id`;
      if (actions.slice(0, at).some((other) => other.id === id))
        problems.push({
          code: 'duplicate_case',
          path,
          message: `An earlier action has the id "${id}" as well.`,
        });
      else if (!outgoing.has(id))
        problems.push({
          code: 'approval_without_branch',
          path: data.actions ? path : 'data.actions',
          message: `Draw an edge from "${id}".`,
        });
    });
    if (data.waitSeconds !== undefined && !outgoing.has(timeoutHandle))
      problems.push({
        code: 'approval_without_branch',
        path: 'data.waitSeconds',
        message: 'Draw an edge from `timeout`, for when nobody decides in time.',
      });
    return problems;
  },
  compile: (data) => ({
    title: data.title,
    description: data.description ?? '',
    schema: data.schema ?? null,
    actions: (data.actions ?? defaultActions).map(({ id, label = id }) => ({ id, label })),
    assignees: filled(data.assignees),
    quorum: data.quorum ?? 1,
    reminderSeconds: data.reminderSeconds ?? null,
    escalation: data.escalation
      ? { afterSeconds: data.escalation.afterSeconds, assignees: filled(data.escalation.assignees) }
      : null,
    timeoutSeconds: data.waitSeconds ?? null,
  }),
  async execute(config, context) {
    const asked = context.describe({
      title: context.render(config.title),
      description: context.render(config.description),
    });
    const request = { ...config, ...asked };
    const outcome = await context.requestApproval(request);
    const decisions = outcome.decisions.map((decision): Json => ({ ...decision }));
    const action = outcome.status === 'timeout' ? timeoutHandle : outcome.action;
    const data = outcome.decisions.findLast((decision) => decision.action === action)?.data ?? null;
    return { output: { action, decisions, data, approvalId: outcome.approvalId }, handles: [action] };
  },
});

const filled = ({ roles = [], users = [] }: Partial<Assignees>): Assignees => ({
  roles: [...roles].sort(),
  users: [...users].sort(),
});
const hasRoles = ({ roles = [] }: Partial<Assignees>): boolean => roles.length > 0;
const isEmpty = (assignees: Partial<Assignees>): boolean =>
  !hasRoles(assignees) && (assignees.users ?? []).length === 0;
