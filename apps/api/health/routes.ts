import { z } from 'zod';
import { defineRoute, type Route } from '../http/route';
import type { ApiServices } from '../http/services';
import { checkDependencies, type DependencyStatus } from './dependencies';

const open = {
  method: 'GET',
  outside: true,
  tags: ['health'],
  auth: 'none',
  errors: [],
  unlimited: true,
} as const;

const alive = z.object({ status: z.literal('ok'), uptimeSeconds: z.number() });
const aliveExample = { status: 'ok', uptimeSeconds: 86_400 } as const;

const dependency = z.object({
  name: z.enum(['postgres', 'redis', 'temporal', 'model']),
  status: z.enum(['up', 'down', 'not_configured']),
  required: z.boolean(),
  latencyMs: z.number().nullable(),
  error: z.string().nullable(),
});
const up = (name: DependencyStatus['name'], latencyMs: number) => ({
  name,
  status: 'up',
  required: true,
  latencyMs,
  error: null,
});

const readiness = z.object({ status: z.enum(['ready', 'not_ready']), down: z.array(z.string()) });
const readyAnswers = {
  200: {
    description: 'Everything needed answers.',
    schema: readiness,
    example: { status: 'ready', down: [] },
  },
  503: {
    description: 'Something needed is down.',
    schema: readiness,
    example: { status: 'not_ready', down: ['temporal'] },
  },
} as const;

const uptime = (): number => Math.round(process.uptime());

/** Checks under way are shared: however often the pages are asked for, each dependency is asked once at a time. */
function createSharedCheck() {
  const running = new WeakMap<ApiServices, Promise<DependencyStatus[]>>();
  return (services: ApiServices): Promise<DependencyStatus[]> => {
    const current = running.get(services);
    if (current !== undefined) return current;
    const started = checkDependencies(services).finally(() => running.delete(services));
    running.set(services, started);
    return started;
  };
}

const check = createSharedCheck();

async function ready(services: ApiServices) {
  const down = (await check(services))
    .filter(({ required, status }) => required && status !== 'up')
    .map(({ name }) => name);
  return down.length === 0
    ? ({ status: 200, body: { status: 'ready', down } } as const)
    : ({ status: 503, body: { status: 'not_ready', down }, headers: { 'Retry-After': '2' } } as const);
}

export const healthRoutes: readonly Route[] = [
  defineRoute(
    {
      ...open,
      path: '/health',
      summary: 'Whether the process runs',
      responses: { 200: { description: 'It does.', schema: alive, example: aliveExample } },
    },
    () => Promise.resolve({ status: 200, body: { status: 'ok', uptimeSeconds: uptime() } }),
  ),
  defineRoute(
    {
      ...open,
      path: '/health/live',
      summary: 'Whether the process runs',
      description:
        'For a supervisor: restart the process when this does not answer. It looks at no dependency.',
      responses: { 200: { description: 'It does.', schema: alive, example: aliveExample } },
    },
    () => Promise.resolve({ status: 200, body: { status: 'ok', uptimeSeconds: uptime() } }),
  ),
  defineRoute(
    {
      ...open,
      path: '/health/ready',
      summary: 'Whether requests can be served',
      description:
        'For a load balancer: 503 while Postgres, Redis or Temporal does not answer within two seconds.',
      responses: readyAnswers,
    },
    (_request, services) => ready(services),
  ),
  defineRoute(
    { ...open, path: '/readiness', summary: 'The same as /health/ready', responses: readyAnswers },
    (_request, services) => ready(services),
  ),
  defineRoute(
    {
      ...open,
      path: '/health/status',
      summary: 'Each dependency: whether it answers, and how fast',
      description: 'Always 200, for people and dashboards. `model` says only whether one is configured.',
      responses: {
        200: {
          description: 'The dependencies.',
          schema: z.object({
            status: z.enum(['ok', 'degraded']),
            uptimeSeconds: z.number(),
            dependencies: z.array(dependency),
          }),
          example: {
            status: 'ok',
            uptimeSeconds: 86_400,
            dependencies: [
              up('postgres', 0.9),
              up('redis', 0.3),
              up('temporal', 2.1),
              { ...up('model', 0), required: false, latencyMs: null },
            ],
          },
        },
      },
    },
    async (_request, services) => {
      const dependencies = await check(services);
      const down = dependencies.some((one) => one.required && one.status !== 'up');
      const status = down ? ('degraded' as const) : ('ok' as const);
      return { status: 200, body: { status, uptimeSeconds: uptime(), dependencies } };
    },
  ),
];
