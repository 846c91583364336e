import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TriggerPolicy } from '../../../prisma/generated/client';
import type { Json, JsonSchema } from '../../../workflows/contracts/json';
import { requireFit } from '../graphs/schemas';
import { parseJson, readBytes } from '../http/body';
import type { HttpContext } from '../http/context';
import type { ApiServices } from '../http/services';
import { invalid, validate } from '../http/validate';
import type { Receipt } from './receipts';
import { requireSignature } from './require-signature';

/** What a webhook was sent, signed and within every limit. */
export interface HookMessage {
  body: Json;
  /** SHA-256 of the bytes, hex. */
  bodyHash: string;
  /** By which it is accepted once. */
  key: string;
  /** `webhook-id`. */
  messageId: string;
}

/**
 * Reads a request to a webhook's address and checks all that does not depend on what came before. What an unsigned
 * request said is not kept.
 * @param receipt is told what is learnt on the way.
 * @throws ApiError `body_too_large`, `unsupported_media_type`, `malformed_body`, `signature_missing`, `signature_stale`,
 * `signature_invalid`, `rate_limited`, `invalid_request`
 */
export async function readHookMessage(
  ctx: HttpContext,
  { settings, secrets, limits }: Pick<ApiServices, 'settings' | 'secrets' | 'limits'>,
  policy: TriggerPolicy,
  receipt: Receipt,
): Promise<HookMessage> {
  const bytes = await readBytes(ctx, 'json', settings.HOOK_MAX_BYTES);
  receipt.bodyBytes = bytes.length;
  const messageId = requireSignature(ctx, bytes, policy.hookSecrets, {
    secrets,
    toleranceSeconds: settings.HOOK_TOLERANCE_SECONDS,
  });
  receipt.body = bytes.toString();
  await limits.hook(policy.id);
  const key = keyOf(ctx, messageId);
  receipt.key = key;
  const [body] = validate([{ root: 'body', schema: z.unknown(), value: parseJson(bytes) }]) as [Json];
  requireFit(policy.bodySchema as JsonSchema | null, body, 'body');
  return { body, bodyHash: createHash('sha256').update(bytes).digest('hex'), key, messageId };
}

/** `Idempotency-Key`, or the id of the message without one. */
function keyOf(ctx: HttpContext, messageId: string): string {
  const given = ctx.get('Idempotency-Key');
  const headers = { 'webhook-id': messageId, ...(given === '' ? {} : { 'idempotency-key': given }) };
  const errors = Object.entries(headers)
    .filter(([, value]) => !/^[\x21-\x7e]{1,200}$/.test(value))
    .map(([name]) => ({
      path: `header.${name}`,
      code: 'invalid_format',
      message: 'Must be 1 to 200 printable ASCII characters without spaces.',
    }));
  if (errors.length > 0) throw invalid(errors);
  return given === '' ? messageId : given;
}
