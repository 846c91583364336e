import type { z } from 'zod';
import { ApiError, type FieldError } from './problems';
import { findUnusableText } from './text-check';

/** A part of a request, and where its fields are said to be: `path`, `query`, `body`. */
export interface Part {
  root: string;
  schema: z.ZodType;
  value: unknown;
}

/**
 * Validates all parts of a request.
 * @returns the values in the order of the parts, converted as the schemas say.
 * @throws ApiError `invalid_request` that names every invalid field of every part.
 */
export function validate(parts: readonly Part[]): unknown[] {
  const errors: FieldError[] = [];
  const values = parts.map(({ root, schema, value }) => {
    const unusable = findUnusableText(value, root);
    if (unusable.length > 0) {
      errors.push(...unusable);
      return undefined;
    }
    const parsed = schema.safeParse(value, { reportInput: true });
    if (!parsed.success) errors.push(...parsed.error.issues.flatMap((issue) => fieldErrors(issue, root)));
    return parsed.data;
  });
  if (errors.length > 0) throw invalid(errors);
  return values;
}

/** For rules that only a handler can check. */
export function invalid(errors: readonly FieldError[]): ApiError {
  const fields = errors.length === 1 ? '1 field is' : `${errors.length} fields are`;
  return new ApiError('invalid_request', `${fields} invalid: ${errors.map(({ path }) => path).join(', ')}.`, {
    errors,
  });
}

function fieldErrors(issue: z.core.$ZodIssue, root: string): FieldError[] {
  const path = [root, ...issue.path.map(String)].join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: `${path}.${key}`,
        code: 'unknown_field',
        message: 'There is no such field.',
      }));
    case 'invalid_type':
      return issue.input === undefined
        ? [{ path, code: 'required', message: 'This field is required.' }]
        : [{ path, code: 'invalid_type', message: `Must be of type ${issue.expected}.` }];
    case 'invalid_union':
      return [{ path, code: 'invalid_value', message: 'Matches none of the allowed forms.' }];
    case 'invalid_value':
      return [
        { path, code: issue.input === undefined ? 'required' : 'invalid_value', message: issue.message },
      ];
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return [{ path, code: 'invalid_value', message: issue.message }];
    case 'too_big':
    case 'too_small':
    case 'invalid_format':
    case 'not_multiple_of':
      return [{ path, code: issue.code, message: issue.message }];
  }
}
