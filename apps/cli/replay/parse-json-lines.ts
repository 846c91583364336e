import { z } from 'zod';
import { LogFormatError, postable, type LogLine } from './log-line';

const entry = z
  .object({
    author: z.string().trim().min(1),
    text: z.string().default(''),
    /** ISO 8601, or milliseconds since the epoch. */
    at: z.union([z.iso.datetime({ offset: true }), z.number()]).optional(),
    type: z.enum(['message', 'action', 'notice', 'join', 'leave', 'rename']).default('message'),
    /** The new name, for a rename. */
    to: z.string().trim().min(1).optional(),
  })
  .refine(({ type, to }) => type !== 'rename' || to !== undefined, 'a rename needs `to`');

/**
 * Reads JSON Lines `{author, text, at?, type?, to?}`; blank lines are passed over.
 * @throws LogFormatError
 */
export function parseJsonLines(text: string): LogLine[] {
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, index + 1)]));
}

function parseLine(line: string, number: number): LogLine {
  const parsed = entry.safeParse(readJson(line, number));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
    throw new LogFormatError(`Line ${number}: ${problems.join('; ')}`);
  }
  const { author, type, to = '', at } = parsed.data;
  const time = { at: at === undefined ? null : new Date(at).getTime(), span: 0 };
  const said = parsed.data.text;
  switch (type) {
    case 'message':
    case 'notice':
      return { kind: type, author, text: postable(said), ...time };
    case 'action':
      return { kind: type, author, text: postable(`* ${author} ${said}`), ...time };
    case 'join':
      return { kind: type, author, text: postable(said || `=== ${author} has joined`), ...time };
    case 'leave':
      return { kind: type, author, text: postable(said || `=== ${author} has left`), ...time };
    case 'rename':
      return {
        kind: type,
        author,
        to,
        text: postable(said || `=== ${author} is now known as ${to}`),
        ...time,
      };
  }
}

function readJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new LogFormatError(`Line ${number} is not JSON.`, { cause: error });
  }
}
