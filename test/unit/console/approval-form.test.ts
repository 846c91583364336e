import { initialValues, toData } from '../../../apps/console/src/approvals/form-data';
import { formFields } from '../../../apps/console/src/approvals/form-schema';
import type { Json, JsonSchema } from '../../../workflows/contracts/json';

const schema: JsonSchema = {
  type: 'object',
  required: ['reason', 'mark'],
  properties: {
    reason: { type: 'string', title: 'Why', maxLength: 80 },
    mark: { type: 'integer', minimum: 1, maximum: 6 },
    share: { type: 'number' },
    public: { type: 'boolean', default: true },
    tone: { enum: ['warm', 'cool', null] },
    tags: { type: 'array', items: { type: 'string' } },
  },
};
const fields = formFields(schema);
const filled = { 'data.reason': 'Well done', 'data.mark': '2' };
const fill = (values: Record<string, string | boolean>) =>
  toData(fields, { ...initialValues(fields), ...filled, ...values });

test('each property gets the control of its type, and JSON where there is none', () => {
  expect(fields.map(({ name, control, required }) => [name, control.type, required])).toEqual([
    ['reason', 'text', true],
    ['mark', 'number', true],
    ['share', 'number', false],
    ['public', 'checkbox', false],
    ['tone', 'choice', false],
    ['tags', 'json', false],
  ]);
  expect(fields[0]).toMatchObject({ label: 'Why', control: { long: false, maxLength: 80 } });
});

test('values have the types of the schema; what is left empty and need not be filled in is left out', () => {
  expect(fill({})).toEqual({ data: { reason: 'Well done', mark: 2, public: true }, problems: [] });
  const all = { 'data.share': '0.5', 'data.public': false, 'data.tone': '2', 'data.tags': '["a"]' };
  expect(fill(all).data).toEqual({
    reason: 'Well done',
    mark: 2,
    share: 0.5,
    public: false,
    tone: null,
    tags: ['a'],
  });
});

test.each([
  ['data.reason', ' ', 'Fill this in.'],
  ['data.mark', '', 'Fill in a number.'],
  ['data.mark', '2.5', 'This must be a whole number.'],
  ['data.mark', 'two', 'This is not a number.'],
  ['data.tags', '[a]', 'This is not JSON'],
])('what cannot be sent is explained at its field (%s: “%s”)', (path, value, why) => {
  const { problems } = fill({ [path]: value });
  expect(problems).toEqual([
    { path: `body.${path}`, code: 'invalid_value', message: expect.stringContaining(why) as string },
  ]);
});

test.each<[string, JsonSchema]>([
  ['no properties', { type: 'object' }],
  ['alternatives', { properties: { a: { type: 'string' } }, anyOf: [{ required: ['a'] }] }],
  ['a required property without a schema', { properties: {}, required: ['a'] }],
])('a schema with %s is one field for JSON', (_, whole) => {
  const form = formFields(whole);
  expect(form.map(({ name, control }) => [name, control.type])).toEqual([[null, 'json']]);
  expect(toData(form, initialValues(form))).toEqual({ data: {}, problems: [] });
  expect(toData(form, { data: '{"a": [1]}' }).data).toEqual({ a: [1] });
  expect(toData(form, { data: '[1]' }).problems).toHaveLength(1);
});

test.each<[Json, string | boolean]>([
  [{ type: 'string', default: 'x' }, 'x'],
  [{ enum: [1, 2], default: 2 }, '1'],
  [{ const: 5 }, ''],
  [{ type: 'array', default: [] }, '[]'],
  [true, ''],
])('a control begins with the default of %j', (property, initial) => {
  expect(formFields({ properties: { a: property } })[0]?.initial).toBe(initial);
});
