import { Webhook } from 'standardwebhooks';

export interface Hook {
  url: string;
  secret: string;
}

/** Calls an incoming webhook as another system would: signed by Standard Webhooks, with a key. */
export async function callHook(
  { url, secret }: Hook,
  key: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const text = JSON.stringify(body);
  const now = new Date();
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': key,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(key, now, text),
      ...headers,
    },
    body: text,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
