import { OutboundFailedError, OutboundRefusedError } from '../../infra/outbound/outbound-errors';
import type { GuardedFetch, OutboundAnswer } from '../../infra/outbound/guarded-fetch';
import { retryAfterMs } from '../../infra/outbound/retry-after';
import { openSecret, storedSecrets, validSecrets } from '../../infra/secrets/rotating-secrets';
import { SecretBoxError, type SecretBox } from '../../infra/secrets/secret-box';
import { sign } from '../../infra/webhooks/signature';
import type { Attempt, Outcome } from './attempt';

export interface SendDeps {
  guard: GuardedFetch;
  secrets: SecretBox;
  userAgent: string;
  timeoutMs: number;
}

/** Most characters of an answer that are kept. */
const excerptChars = 200;

/** Sends an event once. @throws what `signal` was aborted with. */
export async function send(
  attempt: Attempt,
  at: Date,
  signal: AbortSignal,
  { guard, secrets, userAgent, timeoutMs }: SendDeps,
): Promise<Outcome> {
  const { eventId, eventType, createdAt, sequence, payload, subscription } = attempt;
  const { workspaceId, url } = subscription;
  const body = JSON.stringify({
    id: eventId,
    type: eventType,
    createdAt,
    workspaceId,
    sequence,
    data: payload,
  });
  const timestamp = Math.floor(at.getTime() / 1000);
  try {
    const valid = validSecrets(storedSecrets.parse(subscription.secrets), at);
    const texts = valid.map((secret) => openSecret(secrets, secret));
    const headers = {
      'content-type': 'application/json',
      'user-agent': userAgent,
      'webhook-id': eventId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(texts, eventId, timestamp, body),
    };
    const answer = await guard.fetch(url, { method: 'POST', headers, body, timeoutMs, signal });
    return outcomeOf(answer, at);
  } catch (error) {
    if (error instanceof OutboundRefusedError) return { status: null, error: error.message, futile: true };
    if (error instanceof OutboundFailedError || error instanceof SecretBoxError)
      return { status: null, error: error.message };
    throw error;
  }
}

function outcomeOf({ status, headers, text }: OutboundAnswer, at: Date): Outcome {
  if (status >= 200 && status < 300) return { status, error: null };
  if (status === 410) return { status, error: 'The receiver answered 410: it is gone.', futile: true };
  if (status >= 300 && status < 400)
    return { status, error: `The receiver answered ${status}: redirects are not followed.` };
  const wish =
    status === 429 || status === 503 ? retryAfterMs(headers['retry-after'], at.getTime()) : undefined;
  const excerpt = text
    .slice(0, excerptChars)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return {
    status,
    error: `The receiver answered ${status}${excerpt === '' ? '.' : `: ${excerpt}`}`,
    ...(wish !== undefined && { retryAfterMs: wish }),
  };
}
