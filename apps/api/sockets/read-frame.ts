import type { z } from 'zod';
import { findUnusableText } from '../http/text-check';

export type ReadFrame<Frame> =
  | { ok: true; frame: Frame }
  /** `id` is that of the frame, if it has one. */
  | { ok: false; code: 'binary_frame' | 'malformed_frame' | 'invalid_frame'; detail: string; id?: string };

/** Longest id of a frame that is not valid to be repeated in the answer, in characters. */
const longestId = 100;
/** Most problems that an answer names. */
const mostProblems = 5;

/** Reads a frame of a client. */
export function readFrame<Frame>(
  schema: z.ZodType<Frame>,
  data: Buffer,
  isBinary: boolean,
): ReadFrame<Frame> {
  if (isBinary) return { ok: false, code: 'binary_frame', detail: 'Frames are JSON text.' };
  let value: unknown;
  try {
    value = JSON.parse(data.toString());
  } catch {
    return { ok: false, code: 'malformed_frame', detail: 'The frame is not JSON.' };
  }
  const parsed = schema.safeParse(value);
  const problems = parsed.success
    ? findUnusableText(parsed.data, 'frame').map(({ path, message }) => `${path}: ${message}`)
    : parsed.error.issues.map(({ path, message }) => `${['frame', ...path].join('.')}: ${message}`);
  if (parsed.success && problems.length === 0) return { ok: true, frame: parsed.data };
  const id = (value as { id?: unknown } | null)?.id;
  return {
    ok: false,
    code: 'invalid_frame',
    detail: problems.slice(0, mostProblems).join('; '),
    ...(typeof id === 'string' && id.length <= longestId ? { id } : {}),
  };
}
