import { Readable } from 'node:stream';
import { z } from 'zod';
import type { HttpContext } from '../../http/context';
import { queryInteger } from '../../http/query';
import { defineRoute } from '../../http/route';
import { invalid } from '../../http/validate';
import type { ApiServices } from '../../http/services';
import type { Identity } from '../../identity/identity';
import { findRun } from '../../runs/run-access';
import { mayStillFollow } from '../../runs/run-standing';
import { at, ids } from '../examples';
import { uuid } from '../fields';

const maxSeq = 2_147_483_647;

/** Time between two checks that the follower still may, in milliseconds. */
const checkMs = 30_000;
/** How soon a client that was cut off should come back, in milliseconds. */
const retryMs = 2000;

export const getEvents = defineRoute(
  {
    method: 'GET',
    path: '/runs/{id}/events',
    summary: 'Follow a run',
    description:
      'Server-sent events: `event` is the type, `id` the position in the run, `data` JSON. Begins after `Last-Event-ID` (or `?after=`), otherwise with the first event, and ends when the run has ended. Comments keep the connection open. `node.delta` (text that is being written) has no id: it is not told again. Turns of rooms have no events: follow the room.',
    tags: ['runs'],
    auth: 'user',
    params: { id: uuid(ids.run) },
    query: {
      after: queryInteger({ min: 0, max: maxSeq, example: 0 })
        .optional()
        .meta({ description: 'Only events with a higher id. `Last-Event-ID` counts before it.', example: 0 }),
    },
    headers: {
      'Last-Event-ID': z.string().optional().meta({
        description: 'The id that was received last; browsers send it by themselves.',
        example: '7',
      }),
    },
    responses: {
      200: {
        description: 'The stream.',
        contentType: 'text/event-stream',
        schema: z.any().meta({ type: 'string' }),
        example: `id: 1\nevent: run.running\ndata: ${JSON.stringify({ runId: ids.run, type: 'run.running', seq: 1, at })}\n\n`,
      },
    },
    errors: ['run_not_found'],
  },
  async ({ params: { id }, query, user, ctx }, services) => {
    await findRun(services.database, user, 'read', id);
    const after = lastEventId(ctx) ?? query.after ?? 0;
    // Proxies that buffer would hold events back.
    const headers = { 'X-Accel-Buffering': 'no' };
    return { status: 200, headers, body: Readable.from(eventStream(services, user, id, after)) };
  },
);

function lastEventId(ctx: HttpContext): number | undefined {
  const header = ctx.get('Last-Event-ID');
  if (header === '') return undefined;
  const value = /^\d{1,10}$/.test(header) ? Number(header) : Infinity;
  if (value <= maxSeq) return value;
  throw invalid([
    { path: 'header.last-event-id', code: 'invalid_format', message: 'Must be the id of an event.' },
  ]);
}

async function* eventStream(
  { feed, database, identity }: ApiServices,
  user: Identity,
  runId: string,
  after: number,
): AsyncGenerator<string, void> {
  yield `retry: ${String(retryMs)}\n\n`;
  let checked = Date.now();
  for await (const item of feed.follow(runId, after)) {
    if (user.expiresAt.getTime() <= Date.now()) return;
    if (Date.now() - checked > checkMs) {
      if ((await mayStillFollow({ database, identity }, user, runId)) !== 'yes') return;
      checked = Date.now();
    }
    if (item.kind === 'idle') yield ': still here\n\n';
    else {
      const id = item.kind === 'event' ? `id: ${String(item.seq)}\n` : '';
      yield `${id}event: ${item.type}\ndata: ${item.frame}\n\n`;
    }
  }
}
