import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSettings } from '../../infra/config/load-settings';
import { settingsTable } from '../../infra/config/settings';
import { migrate } from '../../infra/database/migrate';
import { claimDataDir } from '../../infra/stack/data-dir';
import type { Report } from '../../infra/stack/report';
import { anyPorts, startStack } from '../../infra/stack/stack';
import { startNode } from './node-process';
import { listenerOf } from './proc';

/** What both contenders stand on. */
export interface Servers {
  /** Environment for the product's processes. */
  env: Record<string, string>;
  databaseUrl: string;
  redisUrl: string;
  temporal: { address: string; namespace: string };
  /** Base URL of the model server, without /v1. */
  modelUrl: string;
  /** Process ids by name. */
  pids: Record<string, number>;
  /** Logs and data. */
  folder: string;
  /** @param keepFolder for looking into what went wrong. */
  stop(keepFolder: boolean): Promise<void>;
}

/** Limits that a person meets and a load generator must not; everything else is as it comes. */
const noLimits = {
  MESSAGES_PER_MINUTE: '1000000',
  REQUESTS_PER_MINUTE: '1000000',
  SOCKET_FRAMES_PER_SECOND: '10000',
};

/** Servers may be given, settings not: the numbers must mean the same everywhere. */
const mayBeGiven = ['DATABASE_URL', 'REDIS_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'];

const quiet: Report = { step: (_title, work) => work(() => undefined), note: () => undefined };

/** Servers of their own with empty data, and a model server without latency. Addresses in the environment replace them. */
export async function startServers(): Promise<Servers> {
  const folder = mkdtempSync(path.join(tmpdir(), 'coagent-bench-'));
  const release = claimDataDir(folder);
  const logs = path.join(folder, 'bench');
  mkdirSync(logs);
  const model = await startNode({
    name: 'model-server',
    script: 'dist/apps/model-server/main.js',
    folder: logs,
  });
  const modelUrl = String(model.hello.listening);
  const given = Object.entries(process.env).filter(
    ([name]) => !(name in settingsTable) || mayBeGiven.includes(name),
  );
  const environment = {
    ...Object.fromEntries(given),
    ...noLimits,
    OPENAI_API_KEY: 'offline',
    OPENAI_BASE_URL: `${modelUrl}/v1`,
    DATA_DIR: folder,
  };
  const settings = loadSettings(environment);
  const stack = await startStack({ settings, environment, dataDir: folder, report: quiet, ports: anyPorts });
  const { postgres: databaseUrl, redis: redisUrl, temporal: address } = stack.addresses;
  requireLoopback([databaseUrl, redisUrl, `temporal://${address}`]);
  await migrate(databaseUrl);
  const pidAt = (url: string): number | undefined => listenerOf(Number(new URL(url).port));
  const found = {
    model: model.pid,
    postgres: pidAt(databaseUrl),
    redis: pidAt(redisUrl),
    temporal: pidAt(`temporal://${address}`),
  };
  return {
    env: Object.fromEntries(
      Object.entries(stack.environment).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
    databaseUrl,
    redisUrl,
    temporal: { address, namespace: settings.TEMPORAL_NAMESPACE },
    modelUrl,
    pids: Object.fromEntries(
      Object.entries(found).flatMap(([name, pid]) => (pid === undefined ? [] : [[name, pid]])),
    ),
    folder: logs,
    stop: async (keepFolder) => {
      await stack.stop();
      await model.stop();
      release();
      if (!keepFolder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Load goes to this machine only. */
function requireLoopback(urls: readonly string[]): void {
  for (const url of urls) {
    if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)) {
      throw new Error(`The bench loads servers of this machine only, not ${new URL(url).hostname}.`);
    }
  }
}
