import type { Environment } from '@marcbachmann/cel-js';
import type { Json, JsonSchema } from '../../contracts/json';
import { anyItem, type Step } from './references';

/** What expressions may be told about a value's type. `number`: whole or not is not known. */
export type KnownType =
  'string' | 'bool' | 'int' | 'number' | 'null' | 'map' | 'list' | `list of ${ItemType}`;
type ItemType = 'string' | 'bool' | 'int' | 'number' | 'map';

const byJsonType: Record<string, KnownType> = {
  string: 'string',
  boolean: 'bool',
  integer: 'int',
  number: 'number',
  null: 'null',
  object: 'map',
  array: 'list',
};

/** Keywords that make a schema mean more than its `type` and `properties` say. */
const combining = ['$ref', '$dynamicRef', 'anyOf', 'oneOf', 'allOf', 'if', 'not'];

/** undefined: not known. */
export function knownType(schema: JsonSchema): KnownType | undefined {
  if (typeof schema.type !== 'string' || combining.some((keyword) => keyword in schema)) return undefined;
  if (schema.type !== 'array') return byJsonType[schema.type];
  const item = isSchema(schema.items) ? knownType(schema.items) : undefined;
  return item === undefined || item === 'null' || item.startsWith('list')
    ? 'list'
    : `list of ${item as ItemType}`;
}

/**
 * The schema of a part of a value. `{}`: anything; `missing`: there is no such part; `not inside`: the value has no parts.
 */
export function partOf(schema: JsonSchema, step: Step): JsonSchema | 'missing' | 'not inside' {
  if (combining.some((keyword) => keyword in schema)) return {};
  const { type, properties, additionalProperties, items } = schema;
  if (typeof type === 'string' && type !== 'object' && type !== 'array') return 'not inside';
  if (type === 'array') return step === anyItem ? orAnything(items) : 'not inside';
  if (step === anyItem) return {};
  if (isSchema(properties) && Object.hasOwn(properties, step)) return orAnything(properties[step]);
  return additionalProperties === false && !('patternProperties' in schema)
    ? 'missing'
    : orAnything(additionalProperties);
}

const isSchema = (value: Json | undefined): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const orAnything = (schema: Json | undefined): JsonSchema => (isSchema(schema) ? schema : {});

// ---- The same types as variables of CEL

const celTypes: Record<string, string> = {
  string: 'string',
  bool: 'bool',
  int: 'int',
  double: 'double',
  null: 'null',
  map: 'map<string, dyn>',
};

/** Registers a variable for every type, which stand for values of that type in checks. */
export function registerTypeVariables(environment: Environment): void {
  environment.registerVariable('value_list', 'list<dyn>');
  for (const [name, type] of Object.entries(celTypes)) {
    environment.registerVariable(`value_${name}`, type);
    environment.registerVariable(`value_list_of_${name}`, `list<${type}>`);
  }
}

/** @param number what numbers are taken to be. */
export const typeVariable = (type: KnownType, number: 'int' | 'double'): string =>
  `value_${type.replaceAll(' ', '_').replace('number', number)}`;
