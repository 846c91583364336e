import { TemporalUnavailableError, TurnInProgressError } from '../../../infra/temporal/room-gateway';
import { Prisma } from '../../../prisma/generated/client';
import { ApiError } from './problems';

/** Seconds after which a client may try again while something is down. */
const retryAfter = 2;

/**
 * Prisma codes for a database that is away, shutting down, or too busy: P1xxx connection, P2024 no free connection,
 * P2028 transaction not started in time, P2034 deadlock or write conflict, P2037 too many connections.
 */
const prismaUnavailable = /^P(1001|1002|1008|1011|1017|2024|2028|2034|2037)$/;
/** Postgres: 08 connection, 57P0x shutting down or starting, 53300 too many connections, 40P01 deadlock, 40001 serialisation. */
const postgresUnavailable = /^(08...|57P0[1-5]|53300|40P01|40001)$/;
const socketUnavailable = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)$/;
/** What the Postgres driver says, without any code, when a connection breaks or cannot be had in time. */
const driverUnavailable =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/;
const driverAdapterUnavailable = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
  'TransactionWriteConflict',
]);

/** Answers for errors that come from below: a dependency that is away is a 503, everything unknown stays unknown. */
export function fromInfra(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error;
  if (error instanceof TurnInProgressError)
    return new ApiError('turn_in_progress', error.message, { cause: error });
  if (error instanceof TemporalUnavailableError) {
    return new ApiError('temporal_unavailable', error.message, { retryAfter, cause: error });
  }
  if (isRedisUnavailable(error)) {
    return new ApiError('redis_unavailable', 'Redis cannot be reached. Try again in a few seconds.', {
      retryAfter,
      cause: error,
    });
  }
  if (isDatabaseUnavailable(error)) {
    return new ApiError(
      'database_unavailable',
      'The database cannot be reached. Try again in a few seconds.',
      { retryAfter, cause: error },
    );
  }
  return null;
}

/** A row with the same unique value exists already. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';

function isDatabaseUnavailable(error: unknown): boolean {
  return causesOf(error).some(({ code, originalCode, kind, message }) => {
    const codes = [code, originalCode].filter((value) => typeof value === 'string');
    if (
      codes.some(
        (value) =>
          prismaUnavailable.test(value) || postgresUnavailable.test(value) || socketUnavailable.test(value),
      )
    ) {
      return true;
    }
    if (typeof kind === 'string' && driverAdapterUnavailable.has(kind)) return true;
    return typeof message === 'string' && driverUnavailable.test(message);
  });
}

function isRedisUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'MaxRetriesPerRequestError') return true;
  if (error.name === 'ReplyError')
    return /^(LOADING|MASTERDOWN|CLUSTERDOWN|READONLY|BUSY) /.test(error.message);
  return /Connection is closed|Stream isn't writeable|Command timed out/.test(error.message);
}

interface Facts {
  code?: unknown;
  originalCode?: unknown;
  kind?: unknown;
  message?: unknown;
}

/** The error, and what it says it was caused by: Prisma wraps the driver's error in `cause` or `meta`. */
function causesOf(error: unknown): Facts[] {
  const found: Facts[] = [];
  let next: unknown = error;
  while (typeof next === 'object' && next !== null && found.length < 8) {
    found.push(next);
    const { cause, meta } = next as { cause?: unknown; meta?: { driverAdapterError?: unknown } };
    next = cause ?? meta?.driverAdapterError;
  }
  return found;
}
