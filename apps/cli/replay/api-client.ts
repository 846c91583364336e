import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** The API refused a request for good. */
export class ApiRefusal extends Error {
  constructor(
    readonly status: number,
    /** The problem's stable code, if it has one. */
    readonly code: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

export interface ApiClient {
  /** Base URL of the API. */
  readonly url: string;
  /**
   * Calls the API; `path` begins below /api/v1. A form is sent for `URLSearchParams`, otherwise JSON. Asks again while
   * the API does not answer, is too busy, or says that something it needs is down.
   * @throws ApiRefusal
   */
  call<T>(method: string, path: string, options?: { body?: unknown; token?: string }): Promise<T>;
}

/** Longest that one request is tried, in milliseconds: limits are per minute. */
const patienceMs = 120_000;
/** Longest that an API which does not answer at all is waited for, in milliseconds. */
const absenceMs = 20_000;
const busy = new Set([429, 503]);

export function createApiClient(url: string): ApiClient {
  return {
    url,
    async call<T>(
      method: string,
      path: string,
      { body, token }: { body?: unknown; token?: string } = {},
    ): Promise<T> {
      const form = body instanceof URLSearchParams;
      const init: RequestInit = {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined || form ? {} : { 'content-type': 'application/json' }),
          ...(method === 'POST' && !form ? { 'idempotency-key': randomUUID() } : {}),
        },
        ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
      };
      const begun = Date.now();
      for (;;) {
        const answer = await ask(`${url}/api/v1${path}`, init, begun);
        if (answer.status < 300) return (answer.text === '' ? undefined : JSON.parse(answer.text)) as T;
        if (!busy.has(answer.status) || Date.now() + answer.waitMs > begun + patienceMs)
          throw refusal(`${method} ${path}`, answer);
        await sleep(answer.waitMs);
      }
    },
  };
}

interface Answer {
  status: number;
  text: string;
  /** How long to wait before asking again. */
  waitMs: number;
}

async function ask(url: string, init: RequestInit, begun: number): Promise<Answer> {
  try {
    const response = await fetch(url, init);
    const waitMs = Number(response.headers.get('retry-after') ?? 1) * 1000 || 1000;
    return { status: response.status, text: await response.text(), waitMs };
  } catch (error) {
    if (Date.now() > begun + absenceMs) throw error;
    return { status: 503, text: '', waitMs: 500 };
  }
}

function refusal(request: string, { status, text }: Answer): ApiRefusal {
  let problem: { code?: string; detail?: string } = {};
  try {
    problem = JSON.parse(text) as typeof problem;
  } catch {
    // Not an answer of the API itself: a proxy’s page, for example.
  }
  return new ApiRefusal(
    status,
    problem.code,
    `${request}: ${status} ${problem.detail ?? text.slice(0, 200)}`,
  );
}
