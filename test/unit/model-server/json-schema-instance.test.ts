import { Ajv2020 } from 'ajv/dist/2020';
import fc from 'fast-check';
import { z } from 'zod';
import { instanceOf } from '../../../apps/model-server/json-schema-instance';

const instance = (schema: Record<string, unknown>): unknown => instanceOf(schema, () => 'free text');
const isValid = (schema: Record<string, unknown>, value: unknown): boolean =>
  new Ajv2020({ strict: false, validateFormats: false }).validate(schema, value);

describe('instances of JSON Schemas', () => {
  test('required properties only, first enum value, minItems, text where strings are free', () => {
    const schema = {
      type: 'object',
      properties: {
        title: { type: 'string' },
        mood: { enum: ['calm', 'cross'] },
        steps: { type: 'array', minItems: 2, items: { type: 'string' } },
        tags: { type: 'array', items: { type: 'string' } },
        count: { type: 'integer', minimum: 3 },
        left: { type: 'boolean' },
        note: { type: ['string', 'null'] },
        skipped: { type: 'string' },
      },
      required: ['title', 'mood', 'steps', 'tags', 'count', 'left', 'note'],
      additionalProperties: false,
    };
    expect(instance(schema)).toEqual({
      title: 'free text',
      mood: 'calm',
      steps: ['free text', 'free text'],
      tags: [],
      count: 3,
      left: false,
      note: 'free text',
    });
  });

  test('a schema that contains itself ends where it may', () => {
    const tree = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
          },
          required: ['name', 'next'],
        },
      },
    };
    expect(instance(tree)).toEqual({ name: 'free text', next: null });
  });

  test.each([
    [{ type: 'string', minLength: 12, maxLength: 14 }],
    [{ type: 'string', maxLength: 3 }],
    [{ type: 'string', pattern: '^[a-z]+-\\d$' }],
    [{ type: 'string', format: 'date-time' }],
    [{ type: 'number', exclusiveMinimum: 0.5, maximum: 0.75 }],
    [{ type: 'number', maximum: -3 }],
    [{ type: 'integer', exclusiveMinimum: 4, multipleOf: 5 }],
    [{ type: 'array', minItems: 3, uniqueItems: true, items: { type: 'integer' } }],
    [{ type: 'array', minItems: 2, prefixItems: [{ const: 'a' }, { type: 'boolean' }] }],
    [
      {
        oneOf: [
          { type: 'object', properties: { kind: { const: 'a' } }, required: ['kind'] },
          { type: 'null' },
        ],
      },
    ],
    [
      {
        allOf: [{ $ref: '#/$defs/a' }, { required: ['b'] }],
        properties: { b: { type: 'number' } },
        $defs: { a: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] } },
      },
    ],
    [{ type: 'object', minProperties: 1, properties: { only: { type: 'string' } } }],
    [{ $schema: 'http://json-schema.org/draft-07/schema#', $id: 'https://example.com/x', type: 'null' }],
    [{}],
  ])('satisfies %j', (schema: Record<string, unknown>) => {
    expect(
      isValid({ ...schema, $schema: 'https://json-schema.org/draft/2020-12/schema' }, instance(schema)),
    ).toBe(true);
  });

  test('satisfies what zod writes', () => {
    const schema = z.object({
      entities: z
        .array(
          z.object({
            name: z.string().min(1),
            kind: z.enum(['person', 'place']),
            weight: z.number().min(0).max(1),
          }),
        )
        .min(1),
      at: z.iso.datetime(),
      choice: z.discriminatedUnion('type', [
        z.object({ type: z.literal('x'), n: z.int().positive() }),
        z.object({ type: z.literal('y') }),
      ]),
      extra: z.string().nullable(),
    });
    const made = instance(z.toJSONSchema(schema));
    expect(schema.parse(made)).toEqual(made);
  });

  test.each([
    ['no finite instance', { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] }],
    ['no finite instance', { allOf: [{ $ref: '#' }] }],
    ['cannot satisfy', { type: 'string', pattern: '^zz[0-9]{40}$' }],
    ['cannot satisfy', { type: 'number', minimum: 2, maximum: 1 }],
    ['cannot satisfy', { not: {} }],
    ['cannot satisfy', { type: 'strnig' }],
    ['cannot satisfy', { $ref: 'https://example.com/schema.json' }],
    ['cannot satisfy', { $ref: '#/$defs/missing' }],
  ])('says so when there is %s: %j', (message, schema) => {
    expect(() => instance(schema)).toThrow(message);
  });

  test('what it returns is valid for any schema of the usual kinds', () => {
    const { schema } = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.record({ type: fc.constant('string'), minLength: fc.nat(20) }),
        fc.record({ type: fc.constantFrom('integer', 'number'), minimum: fc.integer({ min: -50, max: 50 }) }),
        fc.record({ enum: fc.array(fc.string(), { minLength: 1, maxLength: 3 }) }),
        fc.record({ type: fc.constantFrom('boolean', 'null') }),
        fc.record({ type: fc.constant('array'), minItems: fc.nat(3), items: tie('schema') }),
        fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
        fc
          .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 })
          .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, tie('schema')]))))
          .map((properties) => ({
            type: 'object',
            properties,
            required: Object.keys(properties),
            additionalProperties: false,
          })),
      ),
    }));
    fc.assert(
      fc.property(schema, (made) => isValid(made, instance(made))),
      { numRuns: 60 },
    );
  });
});
