import type { Json } from '../contracts/json';
import { eventVariable, type FireDecision, type SkipDecision } from '../contracts/triggers/activities';
import type { TriggerEvent } from '../contracts/triggers/events';
import type { ActivePolicy } from '../contracts/triggers/policy';
import { ExpressionError, evaluateExpression, toCel } from '../graph/expressions';
import { derivedId } from '../run/derived-id';
import type { Fired, Skipped } from './verdicts';

const hourMs = 3_600_000;

/** Skips of one hour are counted together. */
export const hourOf = ({ at }: TriggerEvent): number => Math.floor(at / hourMs);

/** What is recorded of a firing; a skip when the input of the run cannot be made. */
export function fireDecision({ policy, sessionId, burst, before }: Fired): FireDecision | Skipped {
  const { count, events } = burst;
  const event = lastOf(burst);
  const firingId =
    event.type === 'silence' ? event.id : derivedId(policy.id, `${sessionId ?? ''}/${burst.firstId}`);
  const input = inputOf(policy, event, events);
  if ('failure' in input)
    return {
      ...{ policyId: policy.id, sessionId, reason: 'input_failed', detail: input.failure },
      ...{ event, count, lastFiredAt: before.lastFiredAt },
    };
  return {
    ...{ type: 'fire', firingId, runId: derivedId(firingId, 'run'), policyId: policy.id },
    ...{ event, events: [...events.slice(0, -1), event], count, input: input.value },
  };
}

/**
 * Skips that are alike come to have the same id: of a policy in a session, for one reason, in one hour, until it fires.
 * @param counted where: the run of the workflow, and what counts in it.
 */
export function skipDecision(skip: Skipped, counted: string): SkipDecision {
  const { policyId, sessionId, reason, detail, event, count, lastFiredAt = 0 } = skip;
  const name = `${counted}/${sessionId ?? ''}/${reason}/${hourOf(event)}/${lastFiredAt}`;
  return { type: 'skip', firingId: derivedId(policyId, name), policyId, reason, detail, event, count };
}

/** It is as deep as the deepest of the burst: what people do meanwhile does not make a loop look shorter. */
function lastOf({ events, depth }: Fired['burst']): TriggerEvent {
  const last = events.at(-1);
  if (!last) throw new Error('A burst that was answered cannot fire');
  return { ...last, depth };
}

/** The input of the run, as the policy maps it; by default the data of the event. */
export function inputOf(
  { input }: ActivePolicy,
  event: TriggerEvent,
  events: readonly TriggerEvent[],
): { value: Json } | { failure: string } {
  if (input === null) return { value: event.data };
  try {
    const variables = {
      event: toCel(eventVariable(event)),
      events: toCel(events.map((each) => eventVariable(each))),
    };
    const fields = Object.entries(input).map(([name, source]): [string, Json] => [
      name,
      mapped(name, source, variables),
    ]);
    return { value: Object.fromEntries(fields) };
  } catch (error) {
    if (error instanceof ExpressionError) return { failure: error.message };
    throw error;
  }
}

function mapped(name: string, source: string, variables: Parameters<typeof evaluateExpression>[1]): Json {
  try {
    return evaluateExpression(source, variables);
  } catch (error) {
    if (error instanceof ExpressionError)
      throw new ExpressionError(error.kind, `“${name}”: ${error.message}`, error.at);
    throw error;
  }
}
