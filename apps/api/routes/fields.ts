import { z } from 'zod';
import { pageLimit } from '../http/query';

/** Ids are kept in lower case, so that the same id is the same text everywhere. */
export const uuid = (example: string) => z.uuid().toLowerCase().meta({ example });

export const timestamp = z.iso.datetime().meta({ example: '2026-03-02T09:30:00.000Z' });

/** A page of a list. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** Query of a list that is ordered by id. */
export const idPage = {
  limit: pageLimit,
  cursor: uuid('0197d6a2-6f5c-7c3e-9d53-0f3a5b1c2d4e')
    .optional()
    .meta({ description: '`nextCursor` of the page before.' }),
} as const;

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/**
 * A page out of `limit + 1` rows: the one too many tells that there is more.
 * @param cursorOf where the next page begins, told by the last row of this one.
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(view), nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}

/** Query of a list that is ordered by time, newest first, then by id. */
export const timePage = {
  limit: pageLimit,
  cursor: z
    .string()
    .regex(
      /^\d{1,14}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      'must be the nextCursor of the page before',
    )
    .transform((cursor) => {
      const [time = '', id = ''] = cursor.split('_');
      return { time: new Date(Number(time)), id };
    })
    .optional()
    .meta({
      type: 'string',
      description: '`nextCursor` of the page before.',
      example: '1772443800000_0197d6a2-6f5c-7c3e-9d53-0f3a5b1c2d4e',
    }),
} as const;

export const timeCursor = (time: Date, id: string): string => `${time.getTime()}_${id}`;
