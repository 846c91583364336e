import { z } from 'zod';
import { taskQueues } from '../../workflows/contracts/task-queues';
import { addresses, choice, flag, json, list, text, textOr, url, whole, type Setting } from './setting';

/**
 * Every setting of the platform. Order of precedence: environment, then `.env`, then the default here.
 * `docs/settings.md` is generated from this table, and docker-compose.yml is tested against it.
 */
export const settingsTable = {
  NODE_ENV: choice(
    'development',
    ['development', 'test', 'production'],
    'In production no secret has a default and nothing embedded is started.',
  ),
  HOST: textOr('127.0.0.1', 'Address the API listens on.'),
  PORT: whole(3000, [0, 65535], 'Port of the API and the page; 0 takes any free one.'),
  PUBLIC_URL: url(['http', 'https'], 'Address users reach the API at, when it stands behind a proxy.'),
  ALLOWED_ORIGINS: list(
    [],
    'Further origins whose pages may use the session cookie (comma-separated); the API’s own origin always may.',
  ),
  TRUST_PROXY: flag(false, 'Take the client address from X-Forwarded-For. Only behind a proxy that sets it.'),
  DATA_DIR: textOr('.coagent', 'Where embedded servers keep their data and `stack.json` is written.'),
  LOG_LEVEL: choice(
    'info',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'Least severe log line written.',
  ),

  ADMIN_EMAIL: textOr('admin@coagent.local', 'Super admin made at first start.'),
  ADMIN_PASSWORD: text('Password of that super admin. Without it, one is generated and printed once.', {
    secret: true,
    requiredInProduction: true,
  }),
  SECRET_KEY: text('Encrypts secrets at rest: 32 bytes, base64. `npm start` makes one in DATA_DIR.', {
    secret: true,
    requiredInProduction: true,
  }),

  DATABASE_URL: url(['postgresql', 'postgres'], 'Postgres; replaces the embedded server.', {
    secret: true,
    requiredInProduction: true,
  }),
  DATABASE_POOL_SIZE: whole(10, [1, 200], 'Most Postgres connections per process.'),
  REDIS_URL: url(['redis', 'rediss'], 'Redis or Valkey; replaces the embedded server.', {
    secret: true,
    requiredInProduction: true,
  }),
  TEMPORAL_ADDRESS: text('host:port of the Temporal frontend; replaces the embedded server.', {
    requiredInProduction: true,
  }),
  TEMPORAL_NAMESPACE: textOr('default', 'Temporal namespace.'),
  TEMPORAL_UI_URL: url(['http', 'https'], 'Temporal Web UI, for links from the page.'),

  OPENAI_API_KEY: text(
    'Key of the OpenAI-compatible model server. Without it and without OPENAI_BASE_URL, `npm start` runs the offline model.',
    { secret: true },
  ),
  OPENAI_BASE_URL: url(['http', 'https'], 'Base URL of an OpenAI-compatible model server, with /v1.'),
  DEFAULT_MODEL: textOr('gpt-4.1-mini', 'Model of agents that name none, and of the next-speaker router.'),
  MODEL_TIMEOUT_SECONDS: whole(120, [1, 3600], 'Longest one model call may take.'),
  MODEL_MAX_OUTPUT_TOKENS: whole(2048, [1, 200_000], 'Most tokens in one answer.'),

  MODEL_PRICES: json(
    {},
    z.record(
      z.string(),
      z.object({ input: z.number().nonnegative(), output: z.number().nonnegative() }).strict(),
    ),
    'What models cost, in US dollars per million tokens, as JSON: `{"gpt-4.1-mini":{"input":0.4,"output":1.6}}`. A model without a price costs nothing.',
  ),
  TOOL_TIMEOUT_SECONDS: whole(60, [1, 3600], 'Longest one tool call may take.'),

  HOOK_REQUESTS_PER_MINUTE: whole(
    600,
    [1, 1_000_000],
    'Requests that one incoming webhook accepts in a minute.',
  ),
  HOOK_MAX_BYTES: whole(65_536, [1024, 1_048_576], 'Largest body of an incoming webhook.'),
  HOOK_TOLERANCE_SECONDS: whole(
    300,
    [1, 3600],
    'How far the timestamp of a signed webhook may be from the present.',
  ),
  OUTBOUND_ALLOWED: addresses(
    'Internal addresses that outgoing calls named by users may reach all the same: IP addresses or CIDR blocks (comma-separated). Public addresses always may.',
  ),
  WEBHOOK_TIMEOUT_SECONDS: whole(10, [1, 60], 'Longest one attempt to deliver a webhook may take.'),
  WEBHOOK_RETRY_INITIAL_SECONDS: whole(
    5,
    [1, 3600],
    'Wait before the second attempt of a delivery; each further wait is twice as long.',
  ),
  WEBHOOK_RETRY_MAX_SECONDS: whole(3600, [1, 86_400], 'Longest wait between two attempts.'),
  WEBHOOK_RETRY_HOURS: whole(72, [1, 720], 'How long a delivery is tried before it is a dead letter.'),

  WORKER_QUEUES: list(
    ['control', 'models', 'tools', 'delivery'],
    'Task queues this worker process serves.',
    taskQueues,
  ),
  WORKER_MODEL_CONCURRENCY: whole(100, [1, 1000], 'Most model calls at once in one worker process.'),
  WORKER_TOOL_CONCURRENCY: whole(50, [1, 1000], 'Most tool calls at once in one worker process.'),
  WORKER_DELIVERY_CONCURRENCY: whole(50, [1, 1000], 'Most webhook deliveries at once in one worker process.'),
  WORKER_BUNDLE: text(
    'Path of the prebuilt workflow bundle; default the one that `npm run build` writes, dist/workflows.js.',
  ),
  SHUTDOWN_GRACE_SECONDS: whole(8, [0, 600], 'How long a stopping worker lets activities finish.'),

  ACCESS_TOKEN_SECONDS: whole(900, [10, 86_400], 'Life of an access token.'),
  REFRESH_TOKEN_DAYS: whole(30, [1, 365], 'Life of a sign-in without use.'),
  REFRESH_GRACE_SECONDS: whole(
    10,
    [0, 300],
    'For how long after its rotation a refresh token may be presented again (two tabs at once) without revoking the sign-in.',
  ),
  SIGN_IN_FAILURES: whole(
    10,
    [1, 1000],
    'Wrong passwords for one account within 15 minutes before it is locked for 15 minutes; one address gets five times as many.',
  ),

  ROOM_HISTORY_TOKENS: whole(6000, [100, 1_000_000], 'Most tokens of room history in a prompt.'),
  ROOM_TURN_SECONDS: whole(300, [5, 3600], 'Deadline of a turn.'),
  MESSAGE_MAX_CHARS: whole(16_000, [1, 50_000], 'Longest message, in characters.'),
  MESSAGES_PER_MINUTE: whole(600, [1, 1_000_000], 'Messages one person may send in a minute.'),
  REQUESTS_PER_MINUTE: whole(
    1200,
    [1, 1_000_000],
    'API requests one person (or, signed out, one address) may make in a minute.',
  ),

  RELAY_STREAM_LENGTH: whole(
    2000,
    [10, 100_000],
    'Events a channel keeps for clients that reconnect; older ones come from Postgres.',
  ),
  DELTA_INTERVAL_MS: whole(50, [0, 5000], 'Streamed tokens are gathered this long before they are sent on.'),
  SOCKET_MAX_BUFFERED_BYTES: whole(
    1_048_576,
    [65_536, 104_857_600],
    'Unsent bytes at which a slow WebSocket is closed (4409).',
  ),
  SOCKET_FRAMES_PER_SECOND: whole(
    50,
    [1, 10_000],
    'Frames a client may send per second, with a burst of twice as many (4429).',
  ),
  SOCKET_PING_SECONDS: whole(
    20,
    [1, 300],
    'Interval of WebSocket pings; a client that misses one is closed (4408).',
  ),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settingsTable;

/** The validated settings, keyed by environment variable name. */
export type Settings = { readonly [Name in SettingName]: z.output<(typeof settingsTable)[Name]['schema']> };
