import { isJsonObject, type Json, type JsonSchema } from '../../../../workflows/contracts/json';

/** One control of a form. */
export interface FormField {
  /** Property of the data; null: the control is for all of it. */
  readonly name: string | null;
  readonly label: string;
  readonly hint: string | undefined;
  readonly required: boolean;
  readonly control: Control;
  /** What the control shows at first. */
  readonly initial: FieldValue;
}

export type Control =
  | { type: 'text'; long: boolean; maxLength: number | undefined }
  | { type: 'number'; whole: boolean; min: number | undefined; max: number | undefined }
  | { type: 'checkbox' }
  /** The value of the control is the index of an option, or '' for none. */
  | { type: 'choice'; options: readonly Json[] }
  | { type: 'json' };

export type FieldValue = string | boolean;

/** From this length on, a text is written in several lines. */
const longText = 200;
const longestHint = 300;
/** What a schema may say of an object that single controls cannot hold to. */
const combining = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'if'];

/**
 * The controls for a JSON Schema: one for each property of an object; one for JSON where the schema, or a property, is
 * more than a text, a number, yes or no, or a choice. The server holds the data to the schema; this only makes it easy.
 */
export function formFields(schema: JsonSchema): FormField[] {
  const { properties, required } = schema;
  if (!isJsonObject(properties) || combining.some((word) => word in schema)) return [wholeForm(schema)];
  const names = new Set(Array.isArray(required) ? required : []);
  if ([...names].some((name) => typeof name !== 'string' || !(name in properties)))
    return [wholeForm(schema)];
  return Object.entries(properties).map(([name, property]) => fieldOf(name, property, names.has(name)));
}

const wholeForm = (schema: JsonSchema): FormField => ({
  name: null,
  label: textOf(schema.title) ?? 'Form',
  hint: textOf(schema.description) ?? jsonHint(schema),
  required: true,
  control: { type: 'json' },
  initial: JSON.stringify(schema.default ?? {}, null, 2),
});

function fieldOf(name: string, property: Json, required: boolean): FormField {
  const schema = isJsonObject(property) ? property : {};
  const control = controlOf(schema);
  return {
    name,
    label: textOf(schema.title) ?? name,
    hint: textOf(schema.description) ?? (control.type === 'json' ? jsonHint(schema) : undefined),
    required,
    control,
    initial: initialOf(control, schema.default),
  };
}

function jsonHint(schema: JsonSchema): string {
  const text = JSON.stringify(schema);
  if (Object.keys(schema).length === 0) return 'JSON';
  return `JSON that fits ${text.length > longestHint ? `${text.slice(0, longestHint)}…` : text}`;
}

function controlOf(schema: JsonSchema): Control {
  if (Array.isArray(schema.enum)) return { type: 'choice', options: schema.enum };
  if (schema.const !== undefined) return { type: 'choice', options: [schema.const] };
  if (schema.type === 'string') {
    const maxLength = numberOf(schema.maxLength);
    return { type: 'text', long: maxLength === undefined || maxLength > longText, maxLength };
  }
  if (schema.type === 'number' || schema.type === 'integer') {
    const [min, max] = [numberOf(schema.minimum), numberOf(schema.maximum)];
    return { type: 'number', whole: schema.type === 'integer', min, max };
  }
  return { type: schema.type === 'boolean' ? 'checkbox' : 'json' };
}

function initialOf(control: Control, value: Json | undefined): FieldValue {
  switch (control.type) {
    case 'checkbox':
      return value === true;
    case 'choice': {
      const chosen = control.options.findIndex((option) => JSON.stringify(option) === JSON.stringify(value));
      return chosen === -1 ? '' : String(chosen);
    }
    case 'json':
      return value === undefined ? '' : JSON.stringify(value, null, 2);
    case 'text':
      return textOf(value) ?? '';
    case 'number':
      return numberOf(value)?.toString() ?? '';
  }
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const numberOf = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;
