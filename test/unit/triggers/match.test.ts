import type { TriggerConditions } from '../../../workflows/contracts/triggers/policy';
import type { TriggerEvent } from '../../../workflows/contracts/triggers/events';
import { explain, PolicyIndex, ReadyPolicy } from '../../../workflows/triggers/match';
import { SeenEvent } from '../../../workflows/triggers/seen-event';
import { message, policyWith } from './policies';

const event = message('Hello THERE');
const run: TriggerEvent = { ...event, type: 'run_failed', data: { workflowId: 'w1', runId: 'r' } };

const unmet = (conditions: TriggerConditions, of = event, messages = 1) =>
  new ReadyPolicy(policyWith({ conditions })).unmet(new SeenEvent(of), { messages });

test.each<[string, TriggerConditions, TriggerEvent?]>([
  ['no conditions', {}],
  ['the role', { authorRoles: ['teacher', 'student'] }],
  ['a part of the text, whatever its case', { contains: ['nothing', 'lo there'] }],
  ['an agent that is addressed', { mentions: ['agent-1', 'agent-2'] }],
  ['enough messages', { minMessages: 1 }],
  ['the workflow of a run', { workflowIds: ['w1'] }, run],
  ['an expression', { expression: 'event.author.role == "student" && event.sessionId == "s"' }],
  ['the time, as text', { expression: 'timestamp(event.at) < timestamp("1971-01-01T00:00:00Z")' }],
  ['all of several', { authorRoles: ['student'], contains: ['hello'], expression: 'true' }],
])('holds: %s', (...[, conditions, of]) => {
  expect(unmet(conditions, of)).toBeNull();
});

test.each<[string, TriggerConditions, TriggerEvent?]>([
  ['another role', { authorRoles: ['teacher'] }],
  ['an event without author', { authorRoles: ['teacher'] }, run],
  ['a text that is not there', { contains: ['bye'] }],
  ['an event without text', { contains: ['hello'] }, run],
  ['nobody addressed', { mentions: ['agent-2'] }],
  ['too few messages', { minMessages: 2 }],
  ['another workflow', { workflowIds: ['w2'] }, run],
  ['an event of no workflow', { workflowIds: ['w2'] }],
  ['an expression that is false', { expression: 'event.text == "x"' }],
  ['one of several', { contains: ['hello'], expression: 'false' }],
])('does not hold: %s', (...[, conditions, of]) => {
  expect(unmet(conditions, of)).toMatchObject({ reason: 'conditions_not_met', detail: expect.any(String) });
});

test.each([
  ['a field that is not there', 'event.nothing == 1'],
  ['no truth value', '"yes"'],
  ['no expression', 'event. =='],
])('an expression with %s fails the condition and does not fail the others', (_, expression) => {
  expect(unmet({ expression })).toMatchObject({
    reason: 'condition_failed',
    detail: expect.stringMatching(/\w+/),
  });
});

test('an explanation tells every field that the policy gives, met or not, the expected and the actual', () => {
  const policy = policyWith({
    sessionId: 'other',
    conditions: { authorRoles: ['teacher'], contains: ['hello'], minMessages: 3, expression: 'event.x' },
  });
  const checks = explain(policy, event, { messages: 2 });
  expect(checks).toMatchObject([
    { field: 'eventType', expected: 'user_message', actual: 'user_message', met: true },
    { field: 'session', expected: 'other', actual: 's', met: false },
    { field: 'policyId', actual: null, met: true },
    { field: 'authorRoles', expected: ['teacher'], actual: 'student', met: false },
    { field: 'contains', expected: ['hello'], actual: 'hello', met: true },
    { field: 'minMessages', expected: 3, actual: 2, met: false },
    { field: 'expression', expected: 'event.x', met: false },
  ]);
});

test('an explanation of a match is met in all', () => {
  const policy = policyWith({ conditions: { expression: 'event.text.startsWith("Hello")' } });
  const checks = explain(policy, event, { messages: 1 });
  expect(checks.every(({ met }) => met)).toBe(true);
});

test('an event concerns those that wait for its type in its session, and only the policy that it names', () => {
  const everywhere = policyWith();
  const here = policyWith({ sessionId: 's' });
  const index = new PolicyIndex([
    ...[everywhere, here, policyWith({ sessionId: 'other' })],
    policyWith({ eventType: 'agent_message' }),
  ]);
  const concerned = (of: TriggerEvent) => index.concernedBy(of).map(({ policy }) => policy.id);
  expect(concerned(event)).toEqual([everywhere.id, here.id]);
  expect(concerned({ ...event, policyId: here.id })).toEqual([here.id]);
  expect(concerned({ ...event, type: 'webhook', policyId: here.id })).toEqual([]);
  expect(concerned({ ...event, policyId: 'gone' })).toEqual([]);
});
