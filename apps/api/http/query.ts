import { z } from 'zod';

interface Range {
  min: number;
  max: number;
}

const wholeText = ({ min, max }: Range) =>
  z
    .string()
    .regex(/^-?\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));

/** A whole number in a query or path, which arrive as text: decimal digits only. */
export const queryInteger = (range: Range & { example?: number }) =>
  wholeText(range).meta({
    type: 'integer',
    minimum: range.min,
    maximum: range.max,
    example: range.example ?? range.min,
  });

/** The same for one that may be left out. */
export const queryIntegerOr = (fallback: number, range: Range) =>
  wholeText(range)
    .prefault(String(fallback))
    .meta({ type: 'integer', minimum: range.min, maximum: range.max, default: fallback, example: fallback });

const flagText = z.enum(['true', 'false']).transform((value) => value === 'true');

/** `true` or `false` in a query. */
export const queryFlag = flagText.meta({ type: 'boolean', example: true });

/** The same for one that has a default. */
export const queryFlagOr = (fallback: boolean) =>
  flagText
    .prefault(fallback ? 'true' : 'false')
    .meta({ type: 'boolean', default: fallback, example: fallback });

/** Size of a list's page: `?limit=`, 1 to 200, 50 when absent. */
export const pageLimit = queryIntegerOr(50, { min: 1, max: 200 });
