import type { Json, JsonObject, JsonSchema } from '../contracts/json';
import { authorRoles, type TriggerEventType } from '../contracts/triggers/events';
import { record } from '../graph/kinds/define-kind';

/** What `event` is in the expressions of policies, by type of event. */
export const eventSchema = (type: TriggerEventType): JsonSchema =>
  record({ ...common(type), ...dataByType[type] });

const text: JsonSchema = { type: 'string' };
const whole: JsonSchema = { type: 'integer' };
const anything: JsonSchema = {};
const textOrNull: JsonSchema = { type: ['string', 'null'] };
const oneOf = (values: readonly Json[]): JsonSchema => ({ type: 'string', enum: [...values] });

const common = (type: TriggerEventType): Record<string, JsonSchema> => ({
  id: text,
  type: oneOf([type]),
  sessionId: textOrNull,
  at: text,
});

const authorKind = oneOf(['user', 'agent', 'system']);
const person = record({ id: text, name: text });
const author = { kind: authorKind, id: textOrNull, name: text };

const message = {
  messageId: text,
  text,
  author: record({ ...author, role: oneOf(authorRoles) }),
  mentions: { type: 'array', items: text },
};
const run = { runId: text, workflowId: text, version: whole, triggerType: text };

const dataByType: Record<TriggerEventType, Record<string, JsonSchema>> = {
  user_message: message,
  agent_message: message,
  member_joined: {
    member: optional(record({ id: text, kind: oneOf(['user', 'agent']), name: text }), {
      userId: text,
      agentId: text,
    }),
  },
  silence: { minutes: whole, since: text, lastSeq: whole },
  timer: { scheduledAt: text },
  webhook: { body: anything, key: text },
  run_completed: { ...run, output: anything },
  run_failed: { ...run, error: record({ code: text, detail: text }) },
  approval_decided: {
    ...{ approvalId: text, runId: text, workflowId: text, nodeKey: text, action: text, by: person },
  },
  artifact_changed: { artifactId: text, version: whole, title: text, author: record(author) },
  manual: { payload: anything, by: person },
};

/** With fields that may be missing. */
function optional(schema: JsonSchema, fields: Record<string, JsonSchema>): JsonSchema {
  return { ...schema, properties: { ...(schema.properties as JsonObject), ...fields } };
}
