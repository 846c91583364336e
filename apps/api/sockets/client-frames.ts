import { z } from 'zod';
import type { ClientFrame } from '../../../workflows/contracts/events';
import { findUnusableText } from '../http/text-check';

const uuid = z.uuid().toLowerCase();

const clientFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('send'),
    id: uuid,
    text: z.string(),
    mentions: z.array(uuid).max(50).exactOptional(),
    replyTo: uuid.exactOptional(),
  }),
  z.strictObject({ type: z.literal('typing'), on: z.boolean() }),
  z.strictObject({ type: z.literal('read'), seq: z.int().min(0).max(2_147_483_647) }),
  z.strictObject({ type: z.literal('cancel'), turnId: uuid }),
  z.strictObject({ type: z.literal('ping') }),
]) satisfies z.ZodType<ClientFrame>;

export type ParsedFrame =
  | { ok: true; frame: ClientFrame }
  /** `id` is that of the frame, if it has one. */
  | { ok: false; code: 'malformed_frame' | 'invalid_frame'; detail: string; id?: string };

/** Reads a text frame of a client. */
export function parseClientFrame(text: string): ParsedFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, code: 'malformed_frame', detail: 'The frame is not JSON.' };
  }
  const parsed = clientFrame.safeParse(value);
  const problems = parsed.success
    ? findUnusableText(parsed.data, 'frame').map(({ path, message }) => `${path}: ${message}`)
    : parsed.error.issues.map(({ path, message }) => `${['frame', ...path].join('.')}: ${message}`);
  if (parsed.success && problems.length === 0) return { ok: true, frame: parsed.data };
  const id = (value as { id?: unknown } | null)?.id;
  return {
    ok: false,
    code: 'invalid_frame',
    detail: problems.slice(0, 5).join('; '),
    ...(typeof id === 'string' && id.length <= 100 ? { id } : {}),
  };
}
