import type { TriggerEventType } from '../../../workflows/contracts/triggers/events';
import { triggerEventTypes } from '../../../workflows/contracts/triggers/events';
import { checkPolicyExpressions } from '../../../workflows/triggers/check-policy';

const check = (
  eventType: TriggerEventType,
  expression?: string,
  input: Record<string, string> | null = null,
) => checkPolicyExpressions({ eventType, conditions: expression === undefined ? {} : { expression }, input });

test.each<[TriggerEventType, string]>([
  ['user_message', 'event.author.role == "student" && event.text.size() > 10'],
  ['agent_message', '"agent" in event.mentions || event.author.id == null'],
  ['member_joined', 'has(event.member.userId) && event.member.userId == "u"'],
  ['silence', 'event.minutes >= 10 && event.lastSeq > 3'],
  ['timer', 'timestamp(event.scheduledAt).getDayOfWeek() == 1'],
  ['webhook', 'event.body.items.exists(each, each.price > 10)'],
  ['run_completed', 'event.output.score > 3 && event.version == 2'],
  ['run_failed', 'event.error.code == "run_deadline"'],
  ['approval_decided', 'event.action == "approve" && event.by.name != ""'],
  ['artifact_changed', 'event.version == 1 && event.author.kind == "agent"'],
  ['manual', 'event.payload.urgent'],
])('%s: %s', (eventType, expression) => {
  expect(check(eventType, expression)).toEqual([]);
});

test.each(triggerEventTypes)('a misspelt field of %s is found', (eventType) => {
  expect(check(eventType, 'event.tetx == 1')).toMatchObject([
    { path: 'conditions.expression', code: 'unknown_reference', message: expect.stringContaining('tetx') },
  ]);
});

test.each([
  ['a condition that is no truth value', 'event.text', 'type_mismatch'],
  ['a field of another event', 'event.minutes > 1', 'unknown_reference'],
  ['a field within a field', 'event.author.rule == "x"', 'unknown_reference'],
  ['variables of graphs', 'input.a == 1', 'unknown_reference'],
  ['the list of events, which conditions do not have', 'events.size() > 1', 'unknown_reference'],
  ['types that do not go together', 'event.text > 3', 'type_mismatch'],
  ['what is no expression', 'event.text ==', 'invalid_expression'],
])('%s is found', (_, expression, code) => {
  expect(check('user_message', expression)).toMatchObject([{ path: 'conditions.expression', code }]);
});

test('the input may use the event and the events, each field is checked', () => {
  expect(
    check('user_message', undefined, {
      text: 'event.text',
      all: 'events.map(each, each.text)',
      count: 'events.size()',
    }),
  ).toEqual([]);
  expect(check('user_message', 'true', { a: 'event.txt', b: 'event.text', c: 'nodes.x' })).toMatchObject([
    { path: 'input.a', code: 'unknown_reference' },
    { path: 'input.c', code: 'unknown_reference' },
  ]);
});
