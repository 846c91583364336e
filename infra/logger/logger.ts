import { pino, type Logger } from 'pino';

export type { Logger };

/** Field names whose values never reach a log line, at any depth the platform logs at. */
const secretFields = [
  'password',
  'token',
  'authorization',
  'cookie',
  'apiKey',
  'secret',
  'refreshToken',
  'accessToken',
];

/**
 * Structured JSON logs on standard output.
 * @param name the process: api, worker, …
 * @param level least severe level written.
 */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    redact: {
      paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: '[redacted]',
    },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
