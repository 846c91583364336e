import { isTimeZone } from '../../../infra/time/zone-offsets';
import type { TriggerEventType } from '../../../workflows/contracts/triggers/events';
import { checkPolicyExpressions } from '../../../workflows/triggers/check-policy';
import { schemas } from '../graphs/schemas';
import type { FieldError } from '../http/problems';
import { cronProblem } from './cron';
import { conditionsOf } from './policy-columns';
import type { PolicyFields } from './policy-fields';

type Types = readonly TriggerEventType[];
const messages: Types = ['user_message', 'agent_message'];
const timers: Types = ['timer'];

/** Fields that not every type of event has a use for. */
const fieldTypes: Partial<Record<keyof PolicyFields, Types>> = {
  intervalMinutes: timers,
  cron: timers,
  timeZone: timers,
  jitterSeconds: timers,
  startAt: timers,
  endAt: timers,
  catchupSeconds: timers,
  overlap: timers,
  thresholdMinutes: ['silence'],
  bodySchema: ['webhook'],
};

const conditionTypes: Partial<Record<keyof NonNullable<PolicyFields['conditions']>, Types>> = {
  authorRoles: messages,
  contains: messages,
  mentions: messages,
  minMessages: messages,
  workflowIds: ['run_completed', 'run_failed', 'approval_decided'],
};

/** What is wrong with a policy by itself, everything at once. */
export function checkFields(fields: PolicyFields): FieldError[] {
  const { eventType, quietHours, bodySchema } = fields;
  const errors = [
    ...misplaced(fieldTypes, fields, eventType, 'body'),
    ...misplaced(conditionTypes, fields.conditions ?? {}, eventType, 'body.conditions'),
    ...(eventType === 'timer' ? checkTimer(fields) : []),
  ];
  if (eventType === 'silence' && !isGiven(fields.thresholdMinutes))
    errors.push(required('thresholdMinutes', 'A policy of silence needs it.'));
  if (quietHours && !isTimeZone(quietHours.timeZone)) errors.push(unknownZone('quietHours.timeZone'));
  const refusal = isGiven(bodySchema) ? schemas.checkSchema(bodySchema) : null;
  if (refusal !== null) errors.push(invalidValue('bodySchema', refusal));
  const expressions = checkPolicyExpressions({
    eventType,
    conditions: conditionsOf(fields),
    input: fields.input ?? null,
  });
  return [
    ...errors,
    ...expressions.map(({ path, code, message }) => ({
      ...{ path: `body.${path}`, code, message },
    })),
  ];
}

function checkTimer(fields: PolicyFields): FieldError[] {
  const { intervalMinutes, cron, timeZone, jitterSeconds = 0, startAt, endAt, scope } = fields;
  const errors: FieldError[] = [];
  if (!isGiven(intervalMinutes) && !isGiven(cron))
    errors.push(required('intervalMinutes', 'A timer needs either intervalMinutes or cron.'));
  if (isGiven(intervalMinutes) && isGiven(cron))
    errors.push(notApplicable('body.cron', 'A timer takes either intervalMinutes or cron.'));
  if (isGiven(cron)) {
    const problem = cronProblem(cron);
    if (problem !== null) errors.push(invalidValue('cron', problem));
  }
  if (isGiven(timeZone)) {
    if (!isGiven(cron)) errors.push(notApplicable('body.timeZone', 'It goes with cron only.'));
    if (!isTimeZone(timeZone)) errors.push(unknownZone('timeZone'));
  }
  if (isGiven(intervalMinutes) && jitterSeconds > intervalMinutes * 60)
    errors.push(invalidValue('jitterSeconds', 'must not be longer than the interval'));
  if (isGiven(startAt) && isGiven(endAt) && Date.parse(startAt) >= Date.parse(endAt))
    errors.push(invalidValue('endAt', 'must be later than startAt'));
  if (scope?.sessionId !== undefined)
    errors.push(notApplicable('body.scope.sessionId', 'A timer belongs to no session.'));
  if (isGiven(fields.debounceSeconds) && fields.debounceSeconds > 0)
    errors.push(notApplicable('body.debounceSeconds', 'Timers are not debounced.'));
  return errors;
}

function misplaced<F extends object>(
  types: Partial<Record<keyof F, Types>>,
  fields: F,
  eventType: TriggerEventType,
  path: string,
): FieldError[] {
  return Object.entries(types as Record<string, Types>).flatMap(([name, allowed]) =>
    isGiven((fields as Record<string, unknown>)[name]) && !allowed.includes(eventType)
      ? [notApplicable(`${path}.${name}`, `Only policies of ${allowed.join(', ')} take it.`)]
      : [],
  );
}

const isGiven = <T>(value: T): value is NonNullable<T> => value !== undefined && value !== null;

const notApplicable = (path: string, message: string): FieldError => ({
  ...{ path, message },
  code: 'not_applicable',
});
const required = (field: string, message: string): FieldError => ({
  ...{ path: `body.${field}`, message },
  code: 'required',
});
const invalidValue = (field: string, message: string): FieldError => ({
  ...{ path: `body.${field}`, message },
  code: 'invalid_value',
});
const unknownZone = (field: string): FieldError => invalidValue(field, 'is not the name of a time zone');
