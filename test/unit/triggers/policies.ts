import { randomUUID } from 'node:crypto';
import type { TriggerEvent } from '../../../workflows/contracts/triggers/events';
import type { ActivePolicy } from '../../../workflows/contracts/triggers/policy';

/** A policy that answers every message of a person at once. */
export const policyWith = (more: Partial<ActivePolicy> = {}): ActivePolicy => ({
  ...{ id: randomUUID(), name: 'Policy', eventType: 'user_message', sessionId: null, conditions: {} },
  ...{ debounce: { mode: 'trailing', seconds: 0 }, cooldownSeconds: 0, quietHours: null },
  ...{ input: null, thresholdMinutes: null },
  ...more,
});

/** A message of a student in the session `s`. */
export const message = (text: string, more: Partial<TriggerEvent> = {}): TriggerEvent => ({
  ...{ id: randomUUID(), type: 'user_message', at: 0, depth: 0, sessionId: 's' },
  data: {
    ...{ messageId: 'm', text, mentions: ['agent-1'] },
    author: { kind: 'user', id: 'u', name: 'Ann', role: 'student' },
  },
  ...more,
});
