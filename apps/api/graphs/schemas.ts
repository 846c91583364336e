import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import type { JsonSchema } from '../../../workflows/contracts/json';
import type { FieldError } from '../http/problems';
import { invalid } from '../http/validate';

/** The process's JSON Schema checker: compiled schemas are kept. */
export const schemas = createSchemaChecker();

/**
 * Holds a value that a client sent to a user's JSON Schema.
 * @param path of the value: `body.payload`.
 * @throws ApiError `invalid_request` that names every place where it does not fit
 */
export function requireFit(schema: JsonSchema | null, value: unknown, path: string): void {
  if (schema === null) return;
  const errors: FieldError[] = schemas.check(schema, value).map((issue) => ({
    path: issue.path === '' ? path : `${path}.${issue.path}`,
    code: 'invalid_value',
    message: issue.message,
  }));
  if (errors.length > 0) throw invalid(errors);
}
