import { openSecret, storedSecrets, validSecrets } from '../../../infra/secrets/rotating-secrets';
import type { SecretBox } from '../../../infra/secrets/secret-box';
import { isSigned } from '../../../infra/webhooks/signature';
import type { Prisma } from '../../../prisma/generated/client';
import type { HttpContext } from '../http/context';
import { ApiError } from '../http/problems';

export interface SignatureRules {
  secrets: SecretBox;
  /** How far `webhook-timestamp` may be from now, either way. */
  toleranceSeconds: number;
}

/**
 * Lets a request through only if a valid secret of the webhook signed its body a short while ago.
 * @param stored the webhook's StoredSecret[].
 * @returns its `webhook-id`, which the signature covers.
 * @throws ApiError `signature_missing`, `signature_stale`, `signature_invalid`
 */
export function requireSignature(
  ctx: HttpContext,
  body: Buffer,
  stored: Prisma.JsonValue,
  { secrets, toleranceSeconds }: SignatureRules,
): string {
  const [id, sentAt, signature] = [
    ctx.get('webhook-id'),
    ctx.get('webhook-timestamp'),
    ctx.get(signatureHeader),
  ];
  const missing = Object.entries({
    'webhook-id': id,
    'webhook-timestamp': sentAt,
    [signatureHeader]: signature,
  })
    .filter(([, value]) => value === '')
    .map(([name]) => name);
  if (missing.length > 0)
    throw new ApiError(
      'signature_missing',
      `Send the header${missing.length > 1 ? 's' : ''} ${missing.join(', ')}.`,
    );
  const now = new Date();
  const timestamp = /^\d{1,12}$/.test(sentAt) ? Number(sentAt) : NaN;
  const away = Math.abs(Math.floor(now.getTime() / 1000) - timestamp);
  if (!(away <= toleranceSeconds)) throw stale(away, toleranceSeconds);
  const valid = validSecrets(storedSecrets.parse(stored), now).map((secret) => openSecret(secrets, secret));
  if (!isSigned(valid, { id, timestamp, signature }, body.toString()))
    throw new ApiError(
      'signature_invalid',
      'No valid secret of this webhook made the signature. It covers webhook-id, webhook-timestamp and the body byte for byte, joined by dots.',
    );
  return id;
}

const signatureHeader = 'webhook-signature';

const stale = (away: number, tolerance: number): ApiError =>
  new ApiError(
    'signature_stale',
    Number.isNaN(away)
      ? 'webhook-timestamp must be the time in whole seconds since 1970.'
      : `webhook-timestamp is ${String(away)} s away from the present; at most ${String(tolerance)} s are allowed.`,
  );
