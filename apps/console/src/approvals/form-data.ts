import type { Json, JsonObject } from '../../../../workflows/contracts/json';
import type { FieldProblem } from '../api/problem';
import type { FieldValue, FormField } from './form-schema';

/** Where the API names a field's problems. */
export const pathOf = ({ name }: FormField): string => (name === null ? 'data' : `data.${name}`);

/** By path of the field. */
export type FormValues = Readonly<Record<string, FieldValue>>;

export const initialValues = (fields: readonly FormField[]): FormValues =>
  Object.fromEntries(fields.map((field) => [pathOf(field), field.initial]));

/** What was filled in, or what is wrong with it. Fields that are empty and need not be filled in are left out. */
export function toData(
  fields: readonly FormField[],
  values: FormValues,
): { data: JsonObject; problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const data: [string, Json][] = [];
  for (const field of fields) {
    const read = readValue(field, values[pathOf(field)] ?? '');
    if ('problem' in read) {
      problems.push({ path: `body.${pathOf(field)}`, code: 'invalid_value', message: read.problem });
    } else if (read.value !== undefined) {
      if (field.name === null) data.push(...Object.entries(read.value as JsonObject));
      else data.push([field.name, read.value]);
    }
  }
  return { data: Object.fromEntries(data), problems };
}

type Read = { value: Json | undefined } | { problem: string };

function readValue({ name, control, required }: FormField, value: FieldValue): Read {
  if (typeof value === 'boolean') return { value };
  if (value.trim() === '') return required ? { problem: emptyProblems[control.type] } : { value: undefined };
  switch (control.type) {
    case 'number': {
      const number = Number(value);
      if (!Number.isFinite(number)) return { problem: 'This is not a number.' };
      return control.whole && !Number.isInteger(number)
        ? { problem: 'This must be a whole number.' }
        : { value: number };
    }
    case 'choice':
      return { value: control.options[Number(value)] };
    case 'json':
      return readJson(value, name === null);
    case 'text':
    case 'checkbox':
      return { value };
  }
}

const emptyProblems = {
  text: 'Fill this in.',
  number: 'Fill in a number.',
  checkbox: 'Fill this in.',
  choice: 'Choose one.',
  json: 'Fill in JSON, for example {} or [].',
} as const;

function readJson(text: string, whole: boolean): Read {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { problem: `This is not JSON: ${why}. Texts and names stand in "double quotes".` };
  }
  if (whole && (typeof value !== 'object' || value === null || Array.isArray(value)))
    return { problem: 'This must be an object, for example {"mark": 2}.' };
  return { value };
}
