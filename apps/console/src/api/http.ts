import { readProblem, UnreachableError } from './problem';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  body?: unknown;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** The workspace that the request is about. */
  workspaceId?: string | undefined;
  /** Makes a repeated POST one. */
  idempotencyKey?: string;
}

export interface Http {
  /** @throws ProblemError, UnreachableError */
  request<T>(method: Method, path: string, options?: RequestOptions): Promise<T>;
  /**
   * Gets new session cookies. Calls at the same time share one request.
   * @returns false when the session has ended. @throws ProblemError, UnreachableError
   */
  refresh(): Promise<boolean>;
}

export interface HttpOptions {
  /** Called when a request shows that the session has ended. */
  onSignedOut: () => void;
}

const base = '/api/v1';

/** Calls the API with the session cookie, refreshing it once when it has expired. */
export function createHttp({ onSignedOut }: HttpOptions): Http {
  let refreshing: Promise<boolean> | null = null;

  async function askForRefresh(): Promise<boolean> {
    const response = await send('POST', '/auth/refresh', { body: {} });
    if (response.ok) return true;
    if (response.status === 401) return false;
    throw await readProblem(response);
  }

  function refresh(): Promise<boolean> {
    refreshing ??= askForRefresh().finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  return {
    refresh,
    async request<T>(method: Method, path: string, options: RequestOptions = {}) {
      let response = await send(method, path, options);
      // A 401 from signing in is about the password.
      if (response.status === 401 && !path.startsWith('/auth/login')) {
        if (await refresh()) response = await send(method, path, options);
        if (response.status === 401) onSignedOut();
      }
      if (!response.ok) throw await readProblem(response);
      return (response.status === 204 ? undefined : await response.json()) as T;
    },
  };
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  const { body, query = {}, workspaceId, idempotencyKey } = options;
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  ).toString();
  try {
    return await fetch(`${base}${path}${search === '' ? '' : `?${search}`}`, {
      method,
      credentials: 'same-origin',
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(workspaceId === undefined ? {} : { 'X-Workspace-Id': workspaceId }),
        ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new UnreachableError({ cause: error });
  }
}
