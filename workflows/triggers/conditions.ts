import type { Json } from '../contracts/json';
import type { ActivePolicy, SkipReason, TriggerConditions } from '../contracts/triggers/policy';
import { parseExpression, type Program } from '../graph/expressions';
import type { SeenEvent } from './seen-event';

/** What a policy's conditions need to know besides the event. */
export interface Facts {
  /** Messages of the policy's type in the session since the last firing, this one included. */
  messages: number;
}

export interface Look {
  /** What the event has in this place. */
  actual: Json;
  met: boolean;
  /** For people. */
  message: string;
  /** Why it is not met. Default: `conditions_not_met`. */
  reason?: SkipReason;
}

/** One thing that a policy asks of an event. */
export interface Condition {
  field: string;
  expected: Json;
  look(seen: SeenEvent, facts: Facts): Look;
}

/** Whom the policy is for: events that are none of its business. */
export function scopeOf({ id, eventType, sessionId }: ActivePolicy): Condition[] {
  const type: Condition = {
    field: 'eventType',
    expected: eventType,
    look: ({ event }) => outcome(event.type, event.type === eventType, `The event is of type ${event.type}.`),
  };
  const session: Condition = {
    field: 'session',
    expected: sessionId,
    look: ({ event }) =>
      outcome(
        event.sessionId,
        sessionId === null || event.sessionId === sessionId,
        `The event belongs to ${event.sessionId === null ? 'no session' : `the session ${event.sessionId}`}.`,
      ),
  };
  const policy: Condition = {
    field: 'policyId',
    expected: id,
    look: ({ event: { policyId } }) =>
      outcome(
        policyId ?? null,
        policyId === undefined || policyId === id,
        policyId === undefined ? 'The event is for any policy.' : `The event is for the policy ${policyId}.`,
      ),
  };
  return [type, session, policy];
}

/** What it asks of those events, the cheap first. */
export function conditionsOf({ conditions }: Pick<ActivePolicy, 'conditions'>): Condition[] {
  const made = [
    authorRoles(conditions),
    contains(conditions),
    mentions(conditions),
    minMessages(conditions),
    workflowIds(conditions),
    expression(conditions),
  ];
  return made.flatMap((condition) => condition ?? []);
}

function authorRoles({ authorRoles: roles }: TriggerConditions): Condition | undefined {
  if (!roles) return undefined;
  const look: Condition['look'] = ({ message: { author } }) =>
    author
      ? outcome(author.role, roles.includes(author.role), `The author’s role is ${author.role}.`)
      : outcome(null, false, 'The event has no author.');
  return { field: 'authorRoles', expected: roles, look };
}

function contains({ contains: texts }: TriggerConditions): Condition | undefined {
  if (!texts) return undefined;
  const lowered = texts.map((text) => text.toLowerCase());
  const look: Condition['look'] = (seen) => {
    const found = lowered.findIndex((text) => seen.lowerText.includes(text));
    const hit = texts[found];
    return hit === undefined
      ? outcome(null, false, `The text has none of ${listed(texts)} in it.`)
      : outcome(hit, true, `The text has “${hit}” in it.`);
  };
  return { field: 'contains', expected: texts, look };
}

function mentions({ mentions: agents }: TriggerConditions): Condition | undefined {
  if (!agents) return undefined;
  const look: Condition['look'] = ({ message }) => {
    const addressed = message.mentions ?? [];
    const met = addressed.some((id) => agents.includes(id));
    return outcome(
      addressed,
      met,
      met ? 'It addresses one of the agents.' : 'It addresses none of the agents.',
    );
  };
  return { field: 'mentions', expected: agents, look };
}

function minMessages({ minMessages: least }: TriggerConditions): Condition | undefined {
  if (least === undefined) return undefined;
  const look: Condition['look'] = (_, { messages }) =>
    outcome(messages, messages >= least, `Messages since the last firing: ${messages} of ${least}.`);
  return { field: 'minMessages', expected: least, look };
}

function workflowIds({ workflowIds: workflows }: TriggerConditions): Condition | undefined {
  if (!workflows) return undefined;
  const look: Condition['look'] = ({ event }) => {
    const { workflowId = null } = event.data;
    const met = typeof workflowId === 'string' && workflows.includes(workflowId);
    return outcome(
      workflowId,
      met,
      met ? 'It is of one of the workflows.' : 'It is of none of the workflows.',
    );
  };
  return { field: 'workflowIds', expected: workflows, look };
}

function expression({ expression: source }: TriggerConditions): Condition | undefined {
  if (source === undefined) return undefined;
  let program: Program | undefined;
  const look: Condition['look'] = (seen) => {
    try {
      program ??= parseExpression(source);
      const value = program.run({ event: seen.variable });
      if (typeof value === 'boolean') return outcome(value, value, `The expression is ${value}.`);
      return failure('The expression gives neither true nor false.');
    } catch (error) {
      return failure(error instanceof Error ? error.message : 'The expression failed.');
    }
  };
  return { field: 'expression', expected: source, look };
}

const outcome = (actual: Json, met: boolean, message: string): Look => ({ actual, met, message });

const failure = (message: string): Look => ({
  ...outcome(null, false, message),
  reason: 'condition_failed',
});

/** Most texts that are shown. */
const shown = 5;

const listed = (texts: readonly string[]): string =>
  texts
    .slice(0, shown)
    .map((text) => `“${text}”`)
    .join(', ') + (texts.length > shown ? ' …' : '');
