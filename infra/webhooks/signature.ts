/** Signatures by the Standard Webhooks specification: HMAC-SHA-256 over `{id}.{timestamp}.{body}`. */
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

export interface SignedHeaders {
  /** `webhook-id`. */
  id: string;
  /** `webhook-timestamp`, in seconds since 1970. */
  timestamp: number;
  /** `webhook-signature`: one or several `v1,{base64}`, with spaces between. */
  signature: string;
}

/**
 * @param secrets `whsec_` and base64.
 * @param timestamp in seconds since 1970.
 * @param body exactly as it is sent.
 * @returns the header `webhook-signature`, with one signature for each secret.
 */
export const sign = (secrets: readonly string[], id: string, timestamp: number, body: string): string =>
  secrets.map((secret) => signatureBy(secret, id, timestamp, body)).join(' ');

/**
 * Whether one of the secrets made one of the signatures. Every signature is compared with every secret's, so that the
 * time it takes does not tell which one matched.
 */
export function isSigned(
  secrets: readonly string[],
  { id, timestamp, signature }: SignedHeaders,
  body: string,
): boolean {
  const given = signature.split(' ').map((each) => Buffer.from(each));
  const expected = secrets.map((secret) => Buffer.from(signatureBy(secret, id, timestamp, body)));
  return expected
    .flatMap((one) => given.map((other) => other.length === one.length && timingSafeEqual(one, other)))
    .includes(true);
}

const signatureBy = (secret: string, id: string, timestamp: number, body: string): string =>
  new Webhook(secret).sign(id, new Date(timestamp * 1000), body);
