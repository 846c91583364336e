import { eventually } from '../../support/eventually';
import type { Person } from '../../support/people';

export interface StreamEvent {
  id: string | undefined;
  event: string;
  data: Record<string, unknown>;
}

/** A client of server-sent events. */
export interface EventStream {
  readonly status: number;
  readonly events: StreamEvent[];
  /** Comments that keep the connection open. */
  comments(): number;
  ended(): boolean;
  next(event: string): Promise<StreamEvent>;
  close(): void;
}

export async function followRun(
  url: string,
  person: Person,
  runId: string,
  { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): Promise<EventStream> {
  const abort = new AbortController();
  const response = await fetch(`${url}/api/v1/runs/${runId}/events${query}`, {
    headers: { authorization: `Bearer ${person.token}`, ...headers },
    signal: abort.signal,
  });
  const events: StreamEvent[] = [];
  const state = { comments: 0, ended: false, rest: '' };
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      const blocks = (state.rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n\n');
      state.rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string): string | undefined =>
          block
            .split('\n')
            .find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2);
        const event = field('event');
        if (event !== undefined)
          events.push({
            id: field('id'),
            event,
            data: JSON.parse(field('data') ?? 'null') as Record<string, unknown>,
          });
        else if (block.startsWith(':')) state.comments += 1;
      }
    }
  };
  // Closing it is an error to fetch.
  void read()
    .catch(() => undefined)
    .finally(() => (state.ended = true));
  return {
    status: response.status,
    events,
    comments: () => state.comments,
    ended: () => state.ended,
    next: (name) => eventually(name, () => events.find(({ event }) => event === name)),
    close: () => abort.abort(),
  };
}
