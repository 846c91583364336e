import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import type { SchemaChecker, SchemaIssue } from '../../workflows/contracts/graph/catalogue';
import { boundedPattern } from './bounded-pattern';
import { refuseSchema, unescapePointer } from './schema-refusals';

const cachedSchemas = 500;
const mostIssues = 100;

/** A schema in use, or why it cannot be used. */
type Compiled = { validate: ValidateFunction } | { refusal: string };

/**
 * Checks against JSON Schema 2020-12 as users write it: unknown keywords and all formats say nothing, references stay
 * within the schema, and neither schema nor value can keep the process busy for long.
 */
export function createSchemaChecker(): SchemaChecker {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    verbose: true,
    ownProperties: true,
    validateFormats: false,
    logger: false,
    code: { regExp: Object.assign(boundedPattern, { code: 'boundedPattern' }) },
  });
  const byText = new Map<string, Compiled>();
  const byObject = new WeakMap<object, Compiled>();

  function compile(schema: object): Compiled {
    const own = Object.fromEntries(Object.entries(schema).filter(([keyword]) => keyword !== '$id'));
    try {
      const validate = ajv.compile(own);
      return { validate };
    } catch (error) {
      return { refusal: error instanceof Error ? error.message : 'This is no JSON Schema.' };
    } finally {
      ajv.removeSchema(own);
    }
  }

  function compiled(schema: unknown): Compiled {
    if (typeof schema !== 'object' || schema === null) return { refusal: 'A JSON Schema is an object.' };
    const known = byObject.get(schema);
    if (known) return known;
    const result = compiledByText(schema);
    byObject.set(schema, result);
    return result;
  }

  function compiledByText(schema: object): Compiled {
    const refusal = refuseSchema(schema);
    if (refusal !== null) return { refusal };
    const text = JSON.stringify(schema);
    const result = byText.get(text) ?? compile(schema);
    byText.delete(text);
    const [oldest] = byText.keys();
    if (oldest !== undefined && byText.size >= cachedSchemas) byText.delete(oldest);
    byText.set(text, result);
    return result;
  }

  return {
    checkSchema(schema) {
      const result = compiled(schema);
      return 'refusal' in result ? result.refusal : null;
    },
    check(schema, value) {
      const result = compiled(schema);
      if ('refusal' in result) return [{ path: '', message: `The schema is not valid: ${result.refusal}` }];
      try {
        if (result.validate(value)) return [];
      } catch (error) {
        // What is nested thousands of levels deep does not fit on the stack.
        if (error instanceof RangeError) return [{ path: '', message: 'The value is nested too deep.' }];
        throw error;
      }
      return (result.validate.errors ?? [])
        .filter(({ schemaPath }) => !/\/oneOf\/\d+\/required$/.test(schemaPath))
        .slice(0, mostIssues)
        .map(issueOf);
    },
  };
}

function issueOf({ instancePath, keyword, params, message, schema }: ErrorObject): SchemaIssue {
  const path = instancePath.split('/').slice(1).map(unescapePointer);
  const named = params as Record<string, unknown>;
  switch (keyword) {
    case 'required':
      return { path: path.join('.'), message: `"${String(named.missingProperty)}" is missing.` };
    case 'additionalProperties':
      return {
        path: [...path, String(named.additionalProperty)].join('.'),
        message: 'There is no such field: remove it.',
      };
    case 'enum':
      return { path: path.join('.'), message: `must be one of ${JSON.stringify(named.allowedValues)}` };
    case 'oneOf':
      return { path: path.join('.'), message: oneOfMessage(schema) };
    default:
      return { path: path.join('.'), message: message ?? 'is not valid' };
  }
}

/** Mostly it says which of several fields is given. */
function oneOfMessage(alternatives: unknown): string {
  const names = (Array.isArray(alternatives) ? alternatives : []).map(
    (each: { required?: unknown }) => each.required,
  );
  return names.every((each) => Array.isArray(each))
    ? `Give exactly one of: ${names.map((each) => each.join(' with ')).join(', ')}.`
    : 'must match exactly one of the alternatives';
}
