import { z } from 'zod';
import type { RunClientFrame } from './run-protocol';

const clientFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('cancel'), mode: z.enum(['cancel', 'stop']).exactOptional() }),
  z.strictObject({ type: z.literal('ping') }),
]) satisfies z.ZodType<RunClientFrame>;

export type ParsedRunFrame =
  | { ok: true; frame: RunClientFrame }
  | { ok: false; code: 'malformed_frame' | 'invalid_frame'; detail: string };

/** Reads a text frame of a client that follows a run. */
export function parseRunFrame(text: string): ParsedRunFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, code: 'malformed_frame', detail: 'The frame is not JSON.' };
  }
  const parsed = clientFrame.safeParse(value);
  if (parsed.success) return { ok: true, frame: parsed.data };
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${['frame', ...path].join('.')}: ${message}`,
  );
  return { ok: false, code: 'invalid_frame', detail: problems.slice(0, 5).join('; ') };
}
