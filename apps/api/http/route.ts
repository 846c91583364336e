/**
 * A route: what it takes, what it answers and what can go wrong, in one place. The same definition validates requests,
 * types the handler and becomes the OpenAPI document.
 *
 * ```ts
 * export const getRoom = defineRoute(
 *   {
 *     method: 'GET',
 *     path: '/rooms/{id}', // below /api/v1
 *     summary: 'Read a room',
 *     tags: ['rooms'],
 *     auth: 'user',
 *     params: { id: z.uuid().meta({ example: '0197…' }) },
 *     responses: { 200: { description: 'The room.', schema: roomView, example: roomExample } },
 *     errors: ['room_not_found'],
 *   },
 *   async ({ params, user }, { database }) => {
 *     const { room } = await authorise(database, user, 'room:read', { roomId: params.id });
 *     return { status: 200, body: viewOf(room) };
 *   },
 * );
 * ```
 *
 * - `params` and `query` are shapes (name → schema) and always strict; their values arrive as text, see `query.ts`.
 *   `body.schema` should be a `z.strictObject`. Give every field `.meta({ example })` or the body an `example`.
 * - `errors` names only the route's own codes; those every such route can give (401, 422, 429, 503 …) are added.
 * - `workspace: 'course:manage'` makes the route take the workspace conventions (headers, query), checks that action
 *   and hands over `workspace: {id, slug, role}`.
 * - Handlers throw `ApiError`; the second argument holds the services of the process (`services.ts`).
 * - Routes are plain values, collected in `routes/index.ts`.
 */
import type { HttpContext } from './context';
import type { z } from 'zod';
import type { WorkspaceAction, WorkspaceScope } from '../identity/permissions';
import type { Identity } from '../identity/identity';
import type { ErrorCode } from './problems';
import type { ApiServices } from './services';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Auth = 'user' | 'none';
export type Shape = Readonly<Record<string, z.ZodType>>;
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- a route that takes no fields takes {}
export type NoFields = Readonly<Record<never, z.ZodType>>;

export interface ResponseSpec {
  description: string;
  /** Absent: the answer has no body. */
  schema?: z.ZodType;
  /** Required with a schema; a test holds it to the schema. */
  example?: unknown;
  /** Default application/json; then the body is serialised, otherwise it is text, bytes or a stream. */
  contentType?: string;
}

export type Responses = Readonly<Record<number, ResponseSpec>>;

export interface BodySpec<B extends z.ZodType = z.ZodType> {
  schema: B;
  example: unknown;
  /** `form` takes application/x-www-form-urlencoded. Default: json. */
  type?: 'json' | 'form';
  /** Largest body, after decompression. Default: `maxBodyBytes` of body.ts. */
  maxBytes?: number;
}

interface RouteSpec<
  A extends Auth,
  P extends Shape,
  Q extends Shape,
  B extends z.ZodType,
  R extends Responses,
> {
  method: Method;
  /** In OpenAPI form, below /api/v1 unless `outside`. */
  path: string;
  /** The path stands by itself: /health, /metrics. */
  outside?: boolean;
  summary: string;
  description?: string;
  tags: readonly string[];
  /** `none`: the caller may be signed in, but need not be. */
  auth: A;
  params?: P;
  query?: Q;
  /** For the document only: the handler reads them from `ctx`. */
  headers?: Shape;
  body?: BodySpec<B>;
  /** In place of `body`, JSON whose bytes matter, as of signed requests: the handler reads them (`readBytes`). */
  rawBody?: { description: string; example: unknown };
  /** Takes If-Match, and requires it (`requireIfMatch`). */
  conditional?: boolean;
  responses: R;
  errors: readonly ErrorCode[];
  /** Honours Idempotency-Key: for every POST that creates or executes. Only successful answers are kept. */
  idempotent?: boolean;
  /** Not counted by the request limit: for health checks. */
  unlimited?: boolean;
}

export interface RouteRequest<A extends Auth, P, Q, B> {
  params: P;
  query: Q;
  body: B;
  user: A extends 'user' ? Identity : Identity | null;
  /** For cookies, streams and headers; never to answer by. */
  ctx: HttpContext;
}

interface InWorkspace {
  workspace: WorkspaceScope;
}

/** What a handler returns: one of the declared statuses with its body. */
export type Answer<R extends Responses> = {
  [S in keyof R & number]: { status: S; headers?: Record<string, string> } & (R[S] extends {
    schema: infer T extends z.ZodType;
  }
    ? { body: z.input<T> }
    : { body?: undefined });
}[keyof R & number];

type Values<S extends Shape> = z.output<z.ZodObject<S>>;

type Handler<Request, R extends Responses> = (
  request: Request,
  services: ApiServices,
) => Promise<Answer<NoInfer<R>>>;

/** A route with its types forgotten, as the server and the document use it. */
export interface Route extends RouteSpec<Auth, Shape, Shape, z.ZodType, Responses> {
  workspace?: WorkspaceAction;
  handle: (
    request: RouteRequest<Auth, unknown, unknown, unknown> & Partial<InWorkspace>,
    services: ApiServices,
  ) => Promise<{ status: number; headers?: Record<string, string>; body?: unknown }>;
}

export function defineRoute<
  const A extends Auth,
  const R extends Responses,
  P extends Shape = NoFields,
  Q extends Shape = NoFields,
  B extends z.ZodType = z.ZodUndefined,
  const W extends WorkspaceAction | undefined = undefined,
>(
  spec: RouteSpec<A, P, Q, B, R> & { workspace?: W },
  handler: Handler<
    RouteRequest<A, Values<P>, Values<Q>, z.output<B>> & (W extends WorkspaceAction ? InWorkspace : unknown),
    R
  >,
): Route {
  // The server validates against the same schemas before it calls, which is what the types say.
  return { ...spec, handle: handler as unknown as Route['handle'] } as Route;
}
