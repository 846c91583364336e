import { randomUUID } from 'node:crypto';
import { defaultDebounceSeconds, type TriggerEvent } from '../../../workflows/contracts/triggers/events';
import type { ActivePolicy, TriggerConditions } from '../../../workflows/contracts/triggers/policy';

const seconds = defaultDebounceSeconds.user_message;

/** Policies of one room: a third ask for words, a third for who writes, to whom and how often, a third by an expression. */
export const mixedPolicies = (count: number): ActivePolicy[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ id: randomUUID(), name: `Policy ${at}`, eventType: 'user_message', sessionId: null },
    ...{ conditions: conditionsAt(at), debounce: { mode: 'trailing', seconds }, cooldownSeconds: 0 },
    ...{ quietHours: null, input: null, thresholdMinutes: null },
  }));

function conditionsAt(at: number): TriggerConditions {
  const kinds: TriggerConditions[] = [
    { contains: [`topic ${at}.`, `subject ${at}.`] },
    { authorRoles: ['teacher', 'admin'] },
    { expression: `event.text.contains("topic ${at}.") && event.author.role == "student"` },
    { contains: [`topic ${at}.`, `subject ${at}.`] },
    { mentions: [`agent-${at}`] },
    { expression: `size(event.text) > 2000 || "agent-${at}" in event.mentions` },
    { contains: [`topic ${at}.`, `subject ${at}.`] },
    { minMessages: 20 },
    { expression: `event.author.name.startsWith("Teacher") || event.text.endsWith("topic ${at}.")` },
  ];
  return kinds[at % kinds.length] ?? {};
}

const words =
  'I have read the chapter twice and still do not see why the second step follows from the first one';

/** Messages of a student, one a second, each about what some of `policies` ask for. */
export function messageAt(index: number, policies: number): TriggerEvent {
  const messageId = randomUUID();
  return {
    ...{ id: messageId, type: 'user_message', at: index * 1000, depth: 0, sessionId: 'room' },
    data: {
      ...{ messageId, text: `${words}, which is topic ${index % policies}.`, mentions: [`agent-${index}`] },
      author: { kind: 'user', id: 'student', name: 'Ann', role: 'student' },
    },
  };
}
