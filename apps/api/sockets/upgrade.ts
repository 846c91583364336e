import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { validate as isUuid } from 'uuid';
import type { Logger } from '../../../infra/logger/logger';
import type { Position } from '../../../infra/relay/relay';
import { fromInfra } from '../http/infra-errors';
import { ApiError, toProblem } from '../http/problems';
import type { ApiServices } from '../http/services';
import { authorise } from '../identity/permissions';
import type { Admission } from './connection';

const roomPath = /^\/ws\/rooms\/([^/]+)$/;

/**
 * Decides over a request for a WebSocket before it becomes one: path, Origin, identity, membership.
 * @throws ApiError
 */
export async function admit(
  request: IncomingMessage,
  { identity, limits, database }: Pick<ApiServices, 'identity' | 'limits' | 'database'>,
): Promise<Admission> {
  const { pathname, searchParams } = readUrl(request.url);
  const roomId = roomPath.exec(pathname)?.[1]?.toLowerCase();
  if (roomId === undefined || !isUuid(roomId))
    throw new ApiError('not_found', 'No WebSocket is at this address.');
  const { origin, host } = request.headers;
  if (origin !== undefined && !identity.originAllowed(origin, host))
    throw new ApiError('origin_not_allowed', 'Pages of this origin may not open a WebSocket here.');
  const since = readPosition(searchParams);
  const caller = await identity.identify(request, { ticket: true });
  if (caller === null)
    throw new ApiError('unauthenticated', 'Send a valid access token, session cookie or ticket.');
  if (caller.via === 'cookie' && origin === undefined)
    throw new ApiError('origin_not_allowed', 'A WebSocket with the session cookie needs an Origin header.');
  await limits.request(`user:${caller.userId}`);
  const scope = await authorise(database, caller, 'room:read', { roomId });
  return { identity: caller, scope, since };
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
