import { cpuTime } from '../../support/cpu-time';
import {
  evaluateExpression,
  ExpressionError,
  renderTemplate,
  toCel,
  type CelValue,
} from '../../../workflows/graph/expressions';

const many = Array.from({ length: 3000 }, (_, at) => ({ at, text: `t${at}` }));
const variables: Record<string, CelValue> = {
  input: toCel({
    whole: 3,
    half: 2.5,
    text: 'x',
    list: [1, 2, 3],
    time: '2030-01-31T08:00:00Z',
    constructor: 'own',
    many,
    long: 'ab'.repeat(100_000),
  }),
  nodes: toCel({ draft: { text: 'hello' }, 'with-dash': { value: null } }),
};

const value = (source: string): unknown => evaluateExpression(source, variables);
const failureOf = (source: string): ExpressionError => {
  try {
    value(source);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`${source} did not fail`);
};

describe('values', () => {
  it.each([
    ['input.whole + 1', 4],
    ['input.whole == 3 && input.whole == 3.0', true],
    ['input.half * input.whole', 7.5],
    ['1 / 2.0', 0.5],
    ['input.whole % 2', 1],
    ['-input.half', -2.5],
    ['size(input.list) > 2', true],
    ['input.list.filter(x, x > 1).map(x, x * 2)', [4, 6]],
    ['input.list[0]', 1],
    ['{"a": 1, "b": "x", "c": [1, "y", null]}', { a: 1, b: 'x', c: [1, 'y', null] }],
    ['has(nodes.draft) ? nodes.draft.text : "none"', 'hello'],
    ['has(nodes.other) && nodes.other.text == ""', false],
    ['"with-dash" in nodes && nodes["with-dash"].value == null', true],
    ['input.constructor', 'own'],
    ['"a,b".split(",")', ['a', 'b']],
    ['timestamp(input.time) + duration("1h30m")', '2030-01-31T09:30:00.000Z'],
    ['timestamp(input.time).getHours()', 8],
    ['duration("90s")', 90],
    ['1 + 1 // with a comment', 2],
  ])('%s', (source, expected) => {
    expect(value(source)).toEqual(expected);
  });

  it.each([
    ['9007199254740993', 'too large'],
    ['1.0 / 0.0', 'no number'],
    ['1 / 0', 'division by zero'],
    ['input.list[9]', 'out of bounds'],
    ['nodes.missing.text', 'No such key'],
    ['input.text + 1', 'no such overload'],
    ['timestamp("January 1 2024 10:00:00")', 'ISO 8601'],
  ])('%s fails: %s', (source, message) => {
    expect(failureOf(source)).toMatchObject({ kind: 'failed' });
    expect(failureOf(source).message).toContain(message);
  });

  it('refuse values nested deeper than 100 levels, without running out of stack', () => {
    const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as [];
    expect(() => toCel(deep)).toThrow(ExpressionError);
  });
});

describe('what is not deterministic or not bounded', () => {
  it.each([
    'now()',
    '"a".matches("(a+)+$")',
    'input.list.map(x, input.list.map(y, x * y))',
    'input.list.map(x, [x].exists(y, y == x))',
    'b"bytes"',
    '1u',
    'timestamp(input.time).getHours("Europe/Berlin")',
    'type(1)',
    'cel.bind(x, 1, x)',
    'input.list.map(input, input)',
  ])('%s is forbidden', (source) => {
    expect(failureOf(source).kind).toBe('forbidden');
  });

  it.each([
    'input.many.filter(x, x in input.many)',
    'input.many.map(x, input.many)',
    'input.many.all(x, input.many == input.many + [x] || true)',
    'input.many.map(x, input.long + input.long)',
  ])('%s is stopped', (source) => {
    const stop = (): void => expect(failureOf(source).message).toMatch(/too long|too large/);
    expect(cpuTime(stop)).toBeLessThan(2000);
  });

  it('a search text is bounded', () => {
    expect(failureOf('input.long.contains(input.long)').message).toContain('longer than 1000');
  });

  it.each([
    '('.repeat(2000),
    '[1, '.repeat(900),
    '1 + '.repeat(3000) + '1',
    'input'.repeat(1000),
    '!'.repeat(5000) + 'true',
    'input.list' + '.map(x, x)'.repeat(400),
  ])('hostile syntax is an ExpressionError (%#)', (source) => {
    expect(() => value(source)).toThrow(ExpressionError);
  });

  it('one evaluation does not spend the budget of the next', () => {
    for (let at = 0; at < 50; at += 1) expect(value('size(input.many.filter(x, x.at >= 0))')).toBe(3000);
  });
});

describe('templates', () => {
  it('texts are filled in as they are, other values as JSON', () => {
    expect(
      renderTemplate('{{nodes.draft.text}}: {{ input.list }} {{ null }} {{ input.half }}', variables),
    ).toBe('hello: [1,2,3] null 2.5');
  });

  it('braces in text literals and maps do not end an expression', () => {
    expect(renderTemplate(`{{ {"a": {"b": "}}"}} }} {{ '{{' }}`, variables)).toBe('{"a":{"b":"}}"}} {{');
  });

  it('an expression that is not closed is an error', () => {
    expect(() => renderTemplate('a {{ input.whole', variables)).toThrow('no }} that closes');
  });

  it('a text of more than a million characters is an error', () => {
    expect(() => renderTemplate('{{ input.long }}'.repeat(8), variables)).toThrow('longer than 1000000');
  });
});
