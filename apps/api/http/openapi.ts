import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { graphProblem } from './graph-problem';
import { ApiError, problems, toProblem, type ErrorCode } from './problems';
import type { Method, ResponseSpec, Route } from './route';
import { fullPath } from './router';
import { workspaceHeaders, workspaceQuery } from './workspace-fields';

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(problems) as [ErrorCode, ...ErrorCode[]]),
    instance: z.string().optional(),
    errors: z
      .array(z.object({ path: z.string(), code: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Every invalid field: where it is, what is wrong with it.' }),
    problems: z
      .array(graphProblem)
      .optional()
      .meta({ description: 'Of `graph_invalid`: every problem of the graph.' }),
    decision: z
      .object({ userId: z.uuid(), name: z.string(), action: z.string(), decidedAt: z.iso.datetime() })
      .optional()
      .meta({ description: 'Of `already_decided` and `already_voted`: the decision that counts.' }),
  })
  .meta({
    id: 'Problem',
    description: `An error (RFC 9457). Decide by \`code\`:\n\n${codeTable()}`,
  });

function codeTable(): string {
  const rows = Object.entries(problems).map(
    ([code, { status, title, advice }]) => `| \`${code}\` | ${status} | ${title} | ${advice} |`,
  );
  return ['| code | status | meaning | what to do |', '|---|---|---|---|', ...rows].join('\n');
}

/** Every code a route can answer with: its own, and those that follow from what it takes. */
export function errorCodesOf(route: Route): ErrorCode[] {
  const codes = new Set<ErrorCode>(route.errors);
  const add = (when: boolean, ...more: ErrorCode[]): void => {
    if (when) more.forEach((code) => codes.add(code));
  };
  add(true, 'malformed_request', 'invalid_request', 'internal_error');
  add(!route.unlimited, 'database_unavailable', 'rate_limited');
  add(route.auth === 'user', 'unauthenticated');
  add(route.method !== 'GET', 'origin_not_allowed');
  add(
    (route.body ?? route.rawBody) !== undefined,
    'malformed_body',
    'body_too_large',
    'unsupported_media_type',
  );
  add(route.workspace !== undefined, 'workspace_required', 'workspace_not_found', 'forbidden');
  add(route.conditional === true, 'precondition_required', 'precondition_failed');
  add(route.idempotent === true, 'idempotency_key_reused', 'idempotency_in_progress');
  return [...codes];
}

const idempotencyHeader = z.object({
  'Idempotency-Key': z.string().optional().meta({
    description: 'The same key and body give the same answer for 24 hours.',
    example: '0197d6a2-6f5c-7c3e-9d53-0f3a5b1c2d4e',
  }),
});

const conditionHeader = z.object({
  'If-Match': z
    .string()
    .meta({ description: 'The ETag of what you have read; `*`: whatever is there.', example: '"3"' }),
});

function operation(route: Route): RouteConfig {
  const query = { ...route.query, ...(route.workspace === undefined ? {} : workspaceQuery) };
  const headers = z.object({
    ...(route.workspace === undefined ? {} : workspaceHeaders.shape),
    ...(route.idempotent ? idempotencyHeader.shape : {}),
    ...(route.conditional ? conditionHeader.shape : {}),
    ...route.headers,
  });
  return {
    method: route.method.toLowerCase() as Lowercase<Method>,
    path: fullPath(route),
    operationId: operationId(route),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [...route.tags],
    security: route.auth === 'user' ? [{ bearer: [] }, { cookie: [] }] : [],
    request: {
      ...(route.params === undefined ? {} : { params: z.object(route.params) }),
      ...(Object.keys(query).length === 0 ? {} : { query: z.object(query) }),
      ...(Object.keys(headers.shape).length === 0 ? {} : { headers }),
      ...bodyOf(route),
    },
    responses: { ...answers(route), ...errorAnswers(route) },
  };
}

function bodyOf({ body, rawBody }: Route): RouteConfig['request'] {
  if (rawBody !== undefined) {
    const { description, example } = rawBody;
    return {
      body: {
        required: true,
        description,
        content: { 'application/json': { schema: z.unknown(), example } },
      },
    };
  }
  if (body === undefined) return {};
  const { type, schema, example } = body;
  return {
    body: {
      required: !schema.safeParse({}).success,
      content: {
        [type === 'form' ? 'application/x-www-form-urlencoded' : 'application/json']: { schema, example },
      },
    },
  };
}

/** `POST /rooms/{id}/members` → `postRoomsIdMembers`. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^a-zA-Z0-9]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function answers(route: Route): RouteConfig['responses'] {
  const describe = ({ description, schema, example, contentType = 'application/json' }: ResponseSpec) => ({
    description,
    ...(schema === undefined ? {} : { content: { [contentType]: { schema, example } } }),
  });
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, spec]) => [status, describe(spec)]),
  );
}

/** One answer a status, with an example for each code that has it. */
function errorAnswers(route: Route): RouteConfig['responses'] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodesOf(route)) {
    const { status } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const described = [...byStatus].map(([status, codes]) => [
    String(status),
    {
      description: codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join('\n\n'),
      ...([429, 503].includes(status) || codes.includes('idempotency_in_progress')
        ? { headers: retryAfterHeader }
        : {}),
      content: {
        'application/problem+json': {
          schema: problemSchema,
          examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
        },
      },
    },
  ]);
  return Object.fromEntries(described) as RouteConfig['responses'];
}

const retryAfterHeader = z.object({
  'Retry-After': z
    .string()
    .optional()
    .meta({ description: 'Seconds until another attempt makes sense.', example: '2' }),
});

function exampleOf(code: ErrorCode) {
  const errors = [{ path: 'body.name', code: 'required', message: 'This field is required.' }];
  return toProblem(new ApiError(code, problems[code].advice, code === 'invalid_request' ? { errors } : {}));
}

/** The OpenAPI 3.1 document of these routes. @param version of the product. */
export function buildOpenApi(routes: readonly Route[], version: string) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  registry.registerComponent('securitySchemes', 'cookie', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-coagent',
  });
  for (const route of routes) registry.registerPath(operation(route));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'CoAgent',
      version,
      description:
        'Durable rooms where people and AI agents work together. Ids are UUIDs, times ISO 8601 in UTC, errors `application/problem+json`. ' +
        'Lists take `limit` and `cursor` and answer `{items, nextCursor}`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
  });
}
