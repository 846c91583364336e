import { z } from 'zod';
import type { JsonObject } from '../../../../workflows/contracts/json';
import { pageLimit, queryInteger } from '../../http/query';
import { defineRoute } from '../../http/route';
import { findRun } from '../../runs/run-access';
import { levelOf, logLevels, messageOf, typesFrom } from '../../runs/run-log';
import { at, ids } from '../examples';
import { listOf, pageOf, timeCursor, timePage, timestamp, uuid } from '../fields';
import { nodeExample, nodeRun, viewNode } from './node-views';

const tags = ['runs'] as const;
const params = { id: uuid(ids.run) };

export const getNodes = defineRoute(
  {
    method: 'GET',
    path: '/runs/{id}/nodes',
    summary: 'List the steps of a run',
    description: 'In the order in which they began.',
    tags,
    auth: 'user',
    params,
    query: timePage,
    responses: {
      200: {
        description: 'A page of steps.',
        schema: listOf(nodeRun),
        example: { items: [nodeExample], nextCursor: null },
      },
    },
    errors: ['run_not_found'],
  },
  async ({ params: { id }, query: { limit, cursor }, user }, { database }) => {
    await findRun(database, user, 'read', id);
    const rows = await database.nodeRun.findMany({
      where: {
        runId: id,
        ...(cursor === undefined
          ? {}
          : { OR: [{ startedAt: { gt: cursor.time } }, { startedAt: cursor.time, id: { gt: cursor.id } }] }),
      },
      orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
      take: limit + 1,
    });
    const body = pageOf(rows, limit, viewNode, (row) => timeCursor(row.startedAt, row.id));
    return { status: 200, body };
  },
);

const logLine = z
  .object({
    seq: z.int().meta({ description: 'Position in the run’s events: 1, 2, 3, …' }),
    at: timestamp,
    level: z.enum(logLevels),
    type: z.string(),
    nodeKey: z.string().nullable(),
    message: z.string().meta({ description: 'For people.' }),
    data: z.record(z.string(), z.unknown()).meta({ description: 'The event.' }),
  })
  .meta({ id: 'RunLogLine' });

const seq = queryInteger({ min: 0, max: 2_147_483_647, example: 0 });

export const getLogs = defineRoute(
  {
    method: 'GET',
    path: '/runs/{id}/logs',
    summary: 'Read the log of a run',
    description: 'What happened in it, in order. Turns of rooms have none: follow the room.',
    tags,
    auth: 'user',
    params,
    query: {
      limit: pageLimit,
      cursor: seq.optional().meta({ description: '`nextCursor` of the page before.', example: 50 }),
      level: z
        .enum(logLevels)
        .default('info')
        .meta({ description: 'Lines of this level and above.', example: 'warn' }),
      nodeKey: z.string().min(1).max(1000).optional().meta({ example: 'answer' }),
    },
    responses: {
      200: {
        description: 'A page of lines.',
        schema: listOf(logLine),
        example: {
          items: [
            {
              seq: 2,
              at,
              level: 'info',
              type: 'node.completed',
              nodeKey: 'answer',
              message: 'Answer is completed',
              data: { nodeKey: 'answer', nodeId: 'answer', kind: 'agent', label: 'Answer' },
            },
          ],
          nextCursor: null,
        },
      },
    },
    errors: ['run_not_found'],
  },
  async ({ params: { id }, query: { limit, cursor, level, nodeKey }, user }, { database }) => {
    await findRun(database, user, 'read', id);
    const types = typesFrom(level);
    const rows = await database.runEvent.findMany({
      where: {
        runId: id,
        ...(cursor === undefined ? {} : { seq: { gt: cursor } }),
        ...(types === null ? {} : { type: { in: types } }),
        ...(nodeKey === undefined ? {} : { data: { path: ['nodeKey'], equals: nodeKey } }),
      },
      orderBy: { seq: 'asc' },
      take: limit + 1,
    });
    const body = pageOf(
      rows,
      limit,
      (row) => {
        const data = row.data as JsonObject;
        return {
          seq: row.seq,
          at: row.at.toISOString(),
          level: levelOf(row.type),
          type: row.type,
          nodeKey: typeof data.nodeKey === 'string' ? data.nodeKey : null,
          message: messageOf(row.type, data),
          data,
        };
      },
      (row) => String(row.seq),
    );
    return { status: 200, body };
  },
);
