import type { ActivePolicy } from '../contracts/triggers/policy';
import type { ProblemCode } from '../contracts/graph/problems';
import { checkExpression, type ExpressionScope } from '../graph/expressions/check-expression';
import { eventSchema } from './event-schemas';

export interface PolicyProblem {
  /** `conditions.expression` or `input.{name}`. */
  path: string;
  code: ProblemCode;
  message: string;
}

/** Everything that can be known to be wrong with the expressions of a policy before there is an event. */
export function checkPolicyExpressions({
  eventType,
  conditions,
  input,
}: Pick<ActivePolicy, 'eventType' | 'conditions' | 'input'>): PolicyProblem[] {
  const event = eventSchema(eventType);
  const condition =
    conditions.expression === undefined
      ? []
      : checkExpression(conditions.expression, 'bool', scopeWith({ event })).map((problem) => ({
          path: 'conditions.expression',
          ...problem,
        }));
  const mapping = Object.entries(input ?? {}).flatMap(([name, source]) =>
    checkExpression(source, undefined, scopeWith({ event, events: { type: 'array', items: event } })).map(
      (problem) => ({ path: `input.${name}`, ...problem }),
    ),
  );
  return [...condition, ...mapping];
}

const scopeWith = (variables: ExpressionScope['variables']): ExpressionScope => ({
  variables,
  node: () => ({ unusable: 'Policies have no nodes.' }),
  isCertain: () => false,
});
