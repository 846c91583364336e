import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import { cpuTime } from '../../support/cpu-time';

const schemas = createSchemaChecker();

it('says what is wrong and where', () => {
  const schema = {
    type: 'object',
    properties: {
      list: { type: 'array', items: { type: 'object', required: ['name'] } },
      size: { enum: ['small', 'large'] },
      'a/b': { type: 'integer' },
    },
    additionalProperties: false,
  };
  expect(schemas.check(schema, { list: [{}], size: 'medium', 'a/b': 'x', other: 1 })).toEqual([
    { path: 'other', message: 'There is no such field: remove it.' },
    { path: 'list.0', message: '"name" is missing.' },
    { path: 'size', message: 'must be one of ["small","large"]' },
    { path: 'a/b', message: 'must be integer' },
  ]);
  expect(schemas.check(schema, { list: [{ name: 1 }] })).toEqual([]);
});

it('names of JavaScript objects are fields like any other', () => {
  expect(schemas.check({ type: 'object', required: ['constructor'] }, {})).toHaveLength(1);
});

it.each([
  ['keywords and formats that are not known', { type: 'string', format: 'color', 'x-widget': 'picker' }],
  ['an $id, also twice', { $id: 'https://example.org/a', type: 'string' }],
  ['another schema of the same $id', { $id: 'https://example.org/a', type: 'number' }],
  ['definitions', { $defs: { name: { type: 'string' } }, properties: { a: { $ref: '#/$defs/name' } } }],
  ['usual patterns', { pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }],
  ['an address pattern', { pattern: '^[^@\\s]+@[^@\\s]+\\.[a-z]{2,10}$' }],
])('takes %s', (_, schema) => {
  expect(schemas.checkSchema(schema)).toBeNull();
});

const doubling = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [
    `d${at}`,
    { allOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] },
  ]),
);

it.each<[string, unknown, RegExp]>([
  ['no object', 'string', /is an object/],
  ['an unknown type', { type: 'text' }, /type/],
  ['another dialect', { $schema: 'http://json-schema.org/draft-07/schema#' }, /draft-07/],
  ['references to elsewhere', { $ref: 'https://example.org/schema' }, /\$defs only/],
  ['references to nothing', { $ref: '#/$defs/none' }, /does not exist/],
  ['circles', { $defs: { a: { items: { $ref: '#/$defs/a' } } }, $ref: '#/$defs/a' }, /refers to itself/],
  [
    'definitions that double each other',
    { $defs: { ...doubling, d40: {} }, $ref: '#/$defs/d0' },
    /10000 parts/,
  ],
  ['repetition in repetition', { pattern: '^(a+)+$' }, /repeats a group/],
  ['repeated alternatives', { patternProperties: { '(a|a)*b': {} } }, /repeats a group/],
  ['many optional parts', { pattern: `${'a?'.repeat(30)}${'a'.repeat(30)}` }, /optional parts/],
  ['look-ahead', { pattern: '^(?=a)b' }, /look ahead/],
  ['what is large', { description: 'x'.repeat(70_000) }, /longer than/],
  ['what is deep', JSON.parse('{"not":'.repeat(50) + '{}' + '}'.repeat(50)), /deeper/],
])('refuses %s', (_, schema, message) => {
  expect(schemas.checkSchema(schema)).toMatch(message);
});

it('a pattern with several repetitions is tested on short texts only', () => {
  const schema = { pattern: 'a*a*a*b' };
  const took = cpuTime(() => {
    expect(schemas.check(schema, 'aab')).toEqual([]);
    expect(schemas.check(schema, 'a'.repeat(100_000))).toHaveLength(1);
  });
  expect(took).toBeLessThan(1000);
});

it('patterns are not mixed up', () => {
  const schema = { properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } };
  expect(schemas.check(schema, { a: 'a', b: 'b' })).toEqual([]);
  expect(schemas.check(schema, { a: 'b', b: 'a' })).toHaveLength(2);
});

it('a schema that is refused refuses every value', () => {
  expect(schemas.check({ type: 'text' }, 'x')[0]?.message).toContain('The schema is not valid');
});
