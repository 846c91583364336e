import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { validate as isUuid } from 'uuid';
import type { Logger } from '../../../infra/logger/logger';
import type { Position } from '../../../infra/relay/relay';
import { fromInfra } from '../http/infra-errors';
import { ApiError, toProblem } from '../http/problems';
import type { ApiServices } from '../http/services';
import { authorise } from '../identity/permissions';
import { findRun } from '../runs/run-access';
import type { Admission, RunAdmission } from './connection';

const path = /^\/ws\/(rooms|runs)\/([^/]+)$/;

export type Admitted = { of: 'room'; admission: Admission } | { of: 'run'; admission: RunAdmission };

/**
 * Decides over a request for a WebSocket before it becomes one: path, Origin, identity, access.
 * @throws ApiError
 */
export async function admit(
  request: IncomingMessage,
  { identity, limits, database }: Pick<ApiServices, 'identity' | 'limits' | 'database'>,
): Promise<Admitted> {
  const { pathname, searchParams } = readUrl(request.url);
  const [, of, given] = path.exec(pathname) ?? [];
  const id = given?.toLowerCase();
  if (id === undefined || !isUuid(id)) throw new ApiError('not_found', 'No WebSocket is at this address.');
  const { origin, host } = request.headers;
  if (origin !== undefined && !identity.originAllowed(origin, host))
    throw new ApiError('origin_not_allowed', 'Pages of this origin may not open a WebSocket here.');
  const since = of === 'rooms' ? readPosition(searchParams) : null;
  const after = of === 'runs' ? readOffset(searchParams) : 0;
  const caller = await identity.identify(request, { ticket: true });
  if (caller === null)
    throw new ApiError('unauthenticated', 'Send a valid access token, session cookie or ticket.');
  if (caller.via === 'cookie' && origin === undefined)
    throw new ApiError('origin_not_allowed', 'A WebSocket with the session cookie needs an Origin header.');
  await limits.request(`user:${caller.userId}`);
  if (of === 'runs') {
    await findRun(database, caller, 'read', id);
    const address = request.socket.remoteAddress ?? '';
    return { of: 'run', admission: { identity: caller, runId: id, after, address } };
  }
  const scope = await authorise(database, caller, 'room:read', { roomId: id });
  return { of: 'room', admission: { identity: caller, scope, since } };
}

function readUrl(url = '/'): URL {
  try {
    return new URL(url, 'http://localhost');
  } catch {
    throw new ApiError('malformed_request', 'The address cannot be understood.');
  }
}

function readPosition(query: URLSearchParams): Position | null {
  const epoch = query.get('epoch');
  const offset = query.get('offset');
  if (epoch === null && offset === null) return null;
  const valid = epoch !== null && /^[\w-]{1,100}$/.test(epoch) && /^\d{1,15}$/.test(offset ?? '');
  if (valid) return { epoch, offset: Number(offset) };
  const message = 'epoch and offset go together, as the server gave them';
  throw new ApiError('invalid_request', `${message}.`, {
    errors: [{ path: 'query.epoch', code: 'invalid_position', message }],
  });
}

/** Absent: from the beginning. */
function readOffset(query: URLSearchParams): number {
  const offset = query.get('offset') ?? '0';
  if (/^\d{1,9}$/.test(offset)) return Number(offset);
  const message = 'must be an offset that the server gave';
  throw new ApiError('invalid_request', `offset ${message}.`, {
    errors: [{ path: 'query.offset', code: 'invalid_position', message }],
  });
}

/** Answers a request that does not become a WebSocket. */
export function refuse(socket: Duplex, error: unknown, logger: Logger): void {
  const known = fromInfra(error);
  if (known === null) logger.error({ err: error }, 'WebSocket refused');
  const problem = toProblem(
    known ?? new ApiError('internal_error', 'Something went wrong here. The log has the details.'),
  );
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${String(problem.status)} ${STATUS_CODES[problem.status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    ...(problem.status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    ...(known?.retryAfter === undefined ? [] : [`Retry-After: ${String(known.retryAfter)}`]),
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
