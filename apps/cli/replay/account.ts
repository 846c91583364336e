import type { ApiClient } from './api-client';

/** Somebody who is signed in. */
export interface Account {
  /** An access token that is good for a while yet. */
  token(): Promise<string>;
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
}

interface TokenAnswer {
  access_token: string;
  refresh_token: string;
  /** Seconds. */
  expires_in: number;
}

/** A token is exchanged when it has less than this left, in milliseconds. */
const spareMs = 30_000;

/** @throws ApiRefusal */
export async function signIn(api: ApiClient, email: string, password: string): Promise<Account> {
  const grant = (path: string, body: unknown): Promise<{ answer: TokenAnswer; until: number }> =>
    api.call<TokenAnswer>('POST', path, { body }).then((answer) => ({
      answer,
      until: Date.now() + Math.max(answer.expires_in * 1000 - spareMs, answer.expires_in * 500),
    }));
  let current = grant(
    '/auth/token',
    new URLSearchParams({ grant_type: 'password', username: email, password }),
  );

  async function renewed(): Promise<{ answer: TokenAnswer; until: number }> {
    const { answer } = await current;
    return grant('/auth/refresh', { refresh_token: answer.refresh_token });
  }

  async function token(): Promise<string> {
    const asked = current;
    if (Date.now() < (await asked).until) return (await asked).answer.access_token;
    // Whoever comes first renews it for all: a refresh token works once.
    if (current === asked) current = renewed();
    return (await current).answer.access_token;
  }

  await current;
  return {
    token,
    call: async <T>(method: string, path: string, body?: unknown): Promise<T> =>
      api.call<T>(method, path, { token: await token(), ...(body === undefined ? {} : { body }) }),
  };
}
