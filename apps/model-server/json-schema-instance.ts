import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import { ApiError } from './api-error';
import type { JsonSchema } from './prompt';
import { numberFor, stringFor } from './json-schema-scalars';

/** The text a string takes when its schema leaves it free; `property` is the nearest property name. */
export type TextFor = (property: string) => string;

/**
 * The smallest instance of a schema: required properties only, `minItems` items, the first enum value, the first branch
 * of a union that ends. Checked with Ajv before it is returned.
 * @throws ApiError 400 `unsupported_schema` for a schema that is broken, has no instance, or is beyond this generator
 * (`not`, `if`, most patterns).
 */
export function instanceOf(schema: JsonSchema, textFor: TextFor): unknown {
  const validate = compile(schema);
  const instance = build(schema, { root: schema, textFor, property: '', open: ['#'] });
  if (validate(instance)) return instance;
  const [problem] = validate.errors ?? [];
  throw unsupported(`${problem?.instancePath ?? ''} ${problem?.message ?? ''}`.trim());
}

interface Context {
  root: JsonSchema;
  textFor: TextFor;
  property: string;
  /** References being expanded: meeting one again means that this branch has no end. */
  open: readonly string[];
}

function build(schema: unknown, context: Context): unknown {
  if (schema === true) return context.textFor(context.property);
  if (!isSchema(schema)) throw unsupported('a schema is neither an object nor true');
  if (typeof schema.$ref === 'string') return buildReference(schema.$ref, schema, context);
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (Array.isArray(schema.allOf)) return buildAll(schema, schema.allOf, context);
  const union = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(union)) return buildUnion(schema, union, context);
  return buildTyped(schema, context);
}

function buildReference(reference: string, schema: JsonSchema, context: Context): unknown {
  if (context.open.includes(reference)) throw new EndlessBranch(reference);
  const rest = omit(schema, '$ref');
  const target = resolve(reference, context.root);
  const merged = isSchema(target) ? { ...target, ...rest } : target;
  return build(merged, { ...context, open: [...context.open, reference] });
}

function buildUnion(schema: JsonSchema, branches: readonly unknown[], context: Context): unknown {
  const rest = omit(schema, 'anyOf', 'oneOf');
  const isNull = (branch: unknown): boolean => isSchema(branch) && branch.type === 'null';
  const ordered = [...branches.filter((branch) => !isNull(branch)), ...branches.filter(isNull)];
  for (const branch of ordered) {
    try {
      return build(isSchema(branch) ? mergeTwo(rest, branch) : branch, context);
    } catch (error) {
      if (!(error instanceof EndlessBranch)) throw error;
    }
  }
  throw new EndlessBranch(context.open.at(-1) ?? '#');
}

function buildAll(schema: JsonSchema, parts: readonly unknown[], context: Context): unknown {
  let merged = omit(schema, 'allOf');
  const open = [...context.open];
  for (const part of parts.filter(isSchema)) {
    const { $ref: reference } = part;
    const target = typeof reference === 'string' ? resolve(reference, context.root) : part;
    if (typeof reference === 'string') {
      if (open.includes(reference)) throw new EndlessBranch(reference);
      open.push(reference);
    }
    if (isSchema(target)) merged = mergeTwo(merged, target);
  }
  return build(merged, { ...context, open });
}

function buildTyped(schema: JsonSchema, context: Context): unknown {
  switch (typeOf(schema)) {
    case 'object':
      return buildObject(schema, context);
    case 'array':
      return buildArray(schema, context);
    case 'string':
      return stringFor(schema, context.textFor(context.property));
    case 'number':
      return numberFor(schema, false);
    case 'integer':
      return numberFor(schema, true);
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return context.textFor(context.property);
  }
}

function typeOf(schema: JsonSchema): unknown {
  if (Array.isArray(schema.type)) return schema.type.find((type) => type !== 'null') ?? 'null';
  if (schema.type !== undefined) return schema.type;
  if ('properties' in schema || 'required' in schema) return 'object';
  return 'items' in schema || 'prefixItems' in schema ? 'array' : undefined;
}

function buildObject(schema: JsonSchema, context: Context): Record<string, unknown> {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = namesOf(schema.required);
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  const missing = Math.max(0, lowerBound(schema.minProperties) - required.length);
  const names = [...required, ...optional.slice(0, missing)];
  return Object.fromEntries(
    names.map((name) => [name, build(properties[name] ?? true, { ...context, property: name })]),
  );
}

function buildArray(schema: JsonSchema, context: Context): unknown[] {
  const first = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const length = Math.max(lowerBound(schema.minItems), schema.contains === undefined ? 0 : 1);
  const built = Array.from({ length }, (_, at) =>
    build(first[at] ?? schema.items ?? schema.contains ?? true, context),
  );
  return schema.uniqueItems === true ? built.map(distinct) : built;
}

/** Items of one schema come out alike; where they must differ, the later ones take their number. */
function distinct(item: unknown, at: number): unknown {
  if (at === 0) return item;
  if (typeof item === 'number') return item + at;
  return typeof item === 'string' ? `${item} ${at + 1}` : item;
}

const lowerBound = (value: unknown): number =>
  typeof value === 'number' ? Math.max(0, Math.ceil(value)) : 0;

function mergeTwo(one: JsonSchema, other: JsonSchema): JsonSchema {
  const merged: JsonSchema = { ...one, ...other };
  if (isSchema(one.properties) && isSchema(other.properties))
    merged.properties = { ...one.properties, ...other.properties };
  const required = new Set([...namesOf(one.required), ...namesOf(other.required)]);
  if (required.size > 0) merged.required = [...required];
  return merged;
}

function resolve(reference: string, root: JsonSchema): unknown {
  if (reference !== '#' && !reference.startsWith('#/'))
    throw unsupported(`$ref "${reference}" leaves the schema`);
  const steps = reference
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.reduce<unknown>((node, step) => (isRecord(node) ? node[step] : undefined), root);
}

const omit = (schema: JsonSchema, ...names: string[]): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));

const namesOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const isSchema = (value: unknown): value is JsonSchema => isRecord(value) && !Array.isArray(value);

class EndlessBranch extends ApiError {
  constructor(reference: string) {
    super(400, `The schema has no finite instance: ${reference} always needs another of itself.`, {
      code: 'unsupported_schema',
    });
  }
}

const unsupported = (why: string): ApiError =>
  new ApiError(400, `The offline demo model cannot satisfy this JSON Schema: ${why}.`, {
    code: 'unsupported_schema',
  });

const rememberedSchemas = 200;
const compiled = new Map<string, ValidateFunction>();

function compile(schema: JsonSchema): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = compiled.get(key);
  if (known) return known;
  let validate: ValidateFunction;
  try {
    validate = new Ajv2020({ strict: false, validateFormats: false, logger: false }).compile(
      omit(schema, '$schema', '$id'),
    );
  } catch (error) {
    throw unsupported(error instanceof Error ? error.message : String(error));
  }
  compiled.set(key, validate);
  if (compiled.size > rememberedSchemas) compiled.delete(compiled.keys().next().value ?? '');
  return validate;
}
