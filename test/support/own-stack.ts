import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSettings } from '../../infra/config/load-settings';
import { migrate } from '../../infra/database/migrate';
import { claimDataDir } from '../../infra/stack/data-dir';
import { createNodeApp } from '../../infra/stack/node-app';
import type { Report } from '../../infra/stack/report';
import { anyPorts, startStack } from '../../infra/stack/stack';
import { RoomSocket } from './room-socket';
import { startProcess, type ProductProcess } from './processes';

/** Everything that `npm start` runs, on servers of its own, to be killed at will: what dies is started again. */
export interface OwnStack {
  readonly apiUrl: string;
  /** Environment with the addresses of its servers. */
  readonly env: Record<string, string>;
  /** Counts the calls it gets, at `/_admin/calls`. */
  readonly modelUrl: string;
  /** kill -9, by name: postgres, redis, temporal, api, worker. */
  kill(name: string): void;
  stop(): Promise<void>;
}

const quiet: Report = {
  step: (_title, work) => work(() => undefined),
  note: () => undefined,
};

/** Servers that the test run shares are left out, so that killing its own harms nobody. */
const shared = [
  'DATABASE_URL',
  'REDIS_URL',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_UI_URL',
  'OPENAI_BASE_URL',
  'OPENAI_API_KEY',
  'DATA_DIR',
];

/** @param more environment. */
export async function startOwnStack(more: Record<string, string> = {}): Promise<OwnStack> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'coagent-chaos-'));
  const release = claimDataDir(dataDir);
  const model: ProductProcess = await startProcess('model-server', {}, [
    '--port',
    '0',
    '--host',
    '127.0.0.1',
  ]);
  const modelUrl = String(model.hello.listening);
  const environment: Record<string, string | undefined> = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !shared.includes(name))),
    NODE_ENV: 'test',
    OPENAI_API_KEY: 'offline',
    OPENAI_BASE_URL: `${modelUrl}/v1`,
    MESSAGES_PER_MINUTE: '1000000',
    REQUESTS_PER_MINUTE: '1000000',
    DATA_DIR: dataDir,
    ...more,
  };
  const stack = await startStack({
    settings: loadSettings(environment),
    environment,
    dataDir,
    report: quiet,
    ports: anyPorts,
  });
  const env = Object.fromEntries(
    Object.entries(stack.environment).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  await migrate(env.DATABASE_URL ?? '');
  const port = String(await stack.ports.pick(0));
  const app = (name: string, more: Record<string, string>): ReturnType<typeof createNodeApp> =>
    createNodeApp({ name, dataDir, environment: { ...env, ...more } });
  const [api] = await Promise.all([
    stack.bringUp('API', app('api', { PORT: port })),
    stack.bringUp('Worker', app('worker', {})),
  ]);
  return {
    apiUrl: api.url,
    env,
    modelUrl,
    kill: (name) => {
      const pid = stack.pids()[name];
      if (pid === undefined)
        throw new Error(`no process ${name} among ${Object.keys(stack.pids()).join(', ')}`);
      process.kill(pid, 'SIGKILL');
    },
    stop: async () => {
      RoomSocket.closeAll();
      await stack.stop();
      await model.stop();
      release();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
