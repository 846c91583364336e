import OpenAI from 'openai';
import { createModelServer, type ModelServerOptions } from '../../../apps/model-server/server';

export interface ModelServerFixture {
  url: string;
  client: OpenAI;
  admin: (method: string, path: string, body?: unknown) => Promise<unknown>;
  counts: () => Promise<Counts>;
  /** Fails if the server had errors of its own. */
  close: () => Promise<void>;
}

interface Counts {
  total: number;
  started: number;
  finished: number;
  aborted: number;
  failed: number;
  byKey: Record<string, { started: number; finished: number }>;
}

/** A model server of the test's own on a free port, and the official client for it, without retries of its own. */
export async function startModelServer(
  options: Partial<ModelServerOptions> = {},
): Promise<ModelServerFixture> {
  const errors: unknown[] = [];
  const server = createModelServer({ onError: (error) => errors.push(error), ...options });
  const listening = await server.listen(0, '127.0.0.1');
  const { url } = listening;
  const client = new OpenAI({ apiKey: 'any', baseURL: `${url}/v1`, maxRetries: 0, logLevel: 'off' });
  const admin = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/_admin${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.status === 204 ? undefined : response.json();
  };
  return {
    url,
    client,
    admin,
    counts: async () => (await admin('GET', '/calls')) as Counts,
    async close() {
      await listening.close();
      if (errors.length > 0) throw new AggregateError(errors, 'The model server had errors of its own.');
    },
  };
}

/** Polls until the check holds; fails after thirty seconds with what it last saw. */
export async function eventually<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`It never held: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const say = (text: string): OpenAI.ChatCompletionMessageParam[] => [{ role: 'user', content: text }];
