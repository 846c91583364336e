import type { Environment } from '../config/read-environment';
import type { Settings } from '../config/settings';
import { keptSecretKey } from './data-dir';
import { createLate } from './embedded-server';
import { createNodeApp } from './node-app';
import { createPortPicker, type PortPicker } from './ports';
import { createPostgres } from './postgres';
import { createRedisServer } from './redis';
import { obtainRedis } from './redis-binary';
import type { Report } from './report';
import { createServerGroup, type ServerGroup } from './server-group';
import type { StackFile } from './stack-file';
import { createTemporal } from './temporal';
import { obtainTemporal } from './temporal-binary';

/** Ports that are tried first; 0 takes any free one. */
export interface PreferredPorts {
  postgres: number;
  redis: number;
  temporal: number;
  temporalUi: number;
  model: number;
}

export const usualPorts: PreferredPorts = {
  postgres: 5432,
  redis: 6379,
  temporal: 7233,
  temporalUi: 8233,
  model: 4010,
};

export const anyPorts: PreferredPorts = { postgres: 0, redis: 0, temporal: 0, temporalUi: 0, model: 0 };

/**
 * Heaps of the C library in a process. By default glibc lets threads have one each, up to eight a core, which keep what
 * they free: a quarter of the memory of our processes.
 */
export const mallocArenas = '2';

export interface StackOptions {
  settings: Settings;
  /** What the settings were read from; becomes the environment of all processes that are started. */
  environment: Environment;
  /** Absolute path of a directory that the caller has claimed (`claimDataDir`). */
  dataDir: string;
  report: Report;
  /** Default `usualPorts`. */
  ports?: PreferredPorts;
  /** See PostgresOptions. */
  unsafeFast?: boolean;
  /** Where the servers are put; default: a group of their own. The caller can stop it while they are coming up. */
  group?: ServerGroup;
}

export interface Stack extends ServerGroup {
  readonly addresses: Omit<StackFile, 'pids' | 'api'>;
  /** The given environment with all that the API, the worker and the tests need to reach the servers. */
  readonly environment: Environment;
  readonly ports: PortPicker;
}

/**
 * Brings up, all at once, a server for every address that the settings do not name. One that dies later is started
 * again. When one cannot be brought up, the group is stopped.
 * @throws StackError
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { settings, environment, dataDir, report, ports = usualPorts, unsafeFast = false } = options;
  const { group = createServerGroup(report) } = options;
  const picker = createPortPicker({
    onTaken: (wanted, given) => report.note(`port ${wanted} is taken, using ${given}`),
  });
  const common = { dataDir, environment };

  async function postgres(): Promise<string> {
    if (settings.DATABASE_URL !== undefined) return settings.DATABASE_URL;
    const port = await picker.pick(ports.postgres);
    return (await group.bringUp('Postgres', createPostgres({ ...common, port, unsafeFast }))).url;
  }

  async function redis(): Promise<string> {
    if (settings.REDIS_URL !== undefined) return settings.REDIS_URL;
    const server = createLate('redis', async (progress) => {
      await obtainRedis(environment, progress);
      return createRedisServer({ ...common, port: await picker.pick(ports.redis) });
    });
    return (await group.bringUp('Redis', server)).url;
  }

  async function temporal(): Promise<{ url: string; uiUrl: string | undefined }> {
    if (settings.TEMPORAL_ADDRESS !== undefined) {
      return { url: settings.TEMPORAL_ADDRESS, uiUrl: settings.TEMPORAL_UI_URL };
    }
    const server = createLate('temporal', async (progress) => {
      await obtainTemporal(environment, progress);
      const [port, uiPort] = [await picker.pick(ports.temporal), await picker.pick(ports.temporalUi)];
      return createTemporal({ ...common, port, uiPort, namespace: settings.TEMPORAL_NAMESPACE });
    });
    return group.bringUp('Temporal', server);
  }

  /** The offline model stands in only when no model server is named; never in production. */
  async function model(): Promise<string | undefined> {
    const { OPENAI_BASE_URL, OPENAI_API_KEY, NODE_ENV } = settings;
    if (OPENAI_BASE_URL !== undefined || OPENAI_API_KEY !== undefined || NODE_ENV === 'production') {
      return OPENAI_BASE_URL;
    }
    const port = await picker.pick(ports.model);
    const args = ['--host', '127.0.0.1', '--port', String(port), '--token-delay-ms', '25'];
    return `${(await group.bringUp('Offline model', createNodeApp({ ...common, name: 'model-server', args }))).url}/v1`;
  }

  const starting = [postgres(), redis(), temporal(), model()] as const;
  try {
    const [postgresUrl, redisUrl, { url: temporalUrl, uiUrl }, modelUrl] = await Promise.all(starting);
    const isOffline = modelUrl !== undefined && settings.OPENAI_BASE_URL === undefined;
    return {
      addresses: {
        postgres: postgresUrl,
        redis: redisUrl,
        temporal: temporalUrl,
        ...(uiUrl === undefined ? {} : { temporalUi: uiUrl }),
        ...(modelUrl === undefined ? {} : { model: modelUrl }),
      },
      environment: {
        MALLOC_ARENA_MAX: mallocArenas,
        ...environment,
        DATA_DIR: dataDir,
        SECRET_KEY: settings.SECRET_KEY ?? keptSecretKey(dataDir),
        DATABASE_URL: postgresUrl,
        REDIS_URL: redisUrl,
        TEMPORAL_ADDRESS: temporalUrl,
        TEMPORAL_UI_URL: settings.TEMPORAL_UI_URL ?? uiUrl,
        ...(isOffline ? { OPENAI_BASE_URL: modelUrl, OPENAI_API_KEY: 'offline' } : {}),
      },
      ports: picker,
      ...group,
    };
  } catch (error) {
    await group.stop();
    throw error;
  }
}
