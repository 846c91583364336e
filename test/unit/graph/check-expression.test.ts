import {
  checkExpression,
  checkTemplate,
  type ExpressionScope,
} from '../../../workflows/graph/expressions/check-expression';
import type { ExpressionType } from '../../../workflows/graph/node-kind';
import { record } from '../../../workflows/graph/kinds/define-kind';

const text = { type: 'string' };
const integer = { type: 'integer' };
const scope: ExpressionScope = {
  variables: {
    input: record({
      whole: integer,
      number: { type: 'number' },
      text,
      people: { type: 'array', items: record({ name: text, age: integer }) },
      any: {},
    }),
  },
  node: (id) =>
    ['sure', 'maybe', 'with-dash'].includes(id)
      ? { schema: record({ text, count: integer }) }
      : { unusable: `There is no node "${id}".` },
  isCertain: (id) => id === 'sure',
};
const codes = (source: string, type?: ExpressionType): string[] =>
  checkExpression(source, type, scope).map(({ code }) => code);

it.each<[string, ExpressionType?]>([
  ['input.whole + 1', 'number'],
  ['input.people.map(event, event.name)', 'list'],
  ['input.number % 2 == 0', 'bool'],
  ['input.people[input.number].name', 'string'],
  ['input.any.foo.bar', 'list'],
  ['nodes.sure.text', 'timestamp'],
  ['has(nodes.maybe) && nodes.maybe.count > 1', 'bool'],
  ['nodes.maybe.count > 1 && has(nodes.maybe)', 'bool'],
  ['!has(nodes.maybe) || nodes.maybe.count > 1', 'bool'],
  ['has(nodes.maybe) ? nodes.maybe.count : null'],
  ['"with-dash" in nodes ? nodes["with-dash"].text : ""', 'string'],
  ['has(nodes.maybe) && input.people.exists(x, x.age == nodes.maybe.count)', 'bool'],
  ['input.people.filter(x, x.age > 1).map(x, x.name)', 'list'],
  ['has(nodes.sure.other)', 'bool'],
  ['timestamp(input.text) + duration("1h")', 'timestamp'],
])('%s is fine', (...[source, type]) => {
  expect(checkExpression(source, type, scope)).toEqual([]);
});

it.each<[string, string, ExpressionType?]>([
  ['input.number + " euros"', 'type_mismatch'],
  ['input.whole', 'type_mismatch', 'bool'],
  ['input.text.age', 'type_mismatch'],
  ['input.people.map(x, x.name)', 'type_mismatch', 'string'],
  ['input.text.startsWith(1)', 'type_mismatch'],
  ['true ? 1 : "one"', 'type_mismatch'],
  ['input.missing', 'unknown_reference'],
  ['nodes.sure.missing', 'unknown_reference'],
  ['nodes.typo.text', 'unknown_reference'],
  ['has(nodes.typo)', 'unknown_reference'],
  ['item.name', 'unknown_reference'],
  ['event.text', 'unknown_reference'],
  ['nodes.maybe.text', 'uncertain_reference'],
  ['has(nodes.maybe.text)', 'uncertain_reference'],
  ['has(nodes.maybe) ? 1 : nodes.maybe.count', 'uncertain_reference'],
  ['has(nodes.maybe) || nodes.maybe.count > 1', 'uncertain_reference'],
  ['nodes[input.text]', 'forbidden_expression'],
  ['size(nodes)', 'forbidden_expression'],
  ['input.text.matches("a")', 'forbidden_expression'],
  ['1 +', 'invalid_expression'],
  ['unknown + 1', 'invalid_expression'],
  ['"' + 'x'.repeat(2000) + '"', 'expression_too_long'],
])('%s: %s', (...[source, code, type]) => {
  expect(codes(source, type)).toEqual([code]);
});

it('every expression of a template is checked', () => {
  const found = checkTemplate('{{ input.missing }} and {{ 1 + }} and {{ nodes.maybe.text }}', scope);
  expect(found.map(({ code }) => code)).toEqual([
    'unknown_reference',
    'invalid_expression',
    'uncertain_reference',
  ]);
});

it('a message says where the mistake is', () => {
  expect(checkExpression('1 + * 2', undefined, scope)[0]?.message).toContain('at character 5');
});
