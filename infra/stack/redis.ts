import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Environment } from '../config/read-environment';
import type { EmbeddedServer } from './embedded-server';
import { waitUntilFree } from './ports';
import { startProcess, waitReady } from './processes';
import { obtainRedis } from './redis-binary';

export interface RedisOptions {
  dataDir: string;
  port: number;
  environment: Environment;
}

/** Resolves to true once the server has loaded its data and answers. */
async function answers(url: string): Promise<true | undefined> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2000 });
  redis.on('error', () => undefined); // Told by the rejected call.
  try {
    await redis.connect();
    await redis.ping();
    return true;
  } catch {
    // Not listening yet, or still loading.
    return undefined;
  } finally {
    redis.disconnect();
  }
}

/** Redis or Valkey with an append-only file in DATA_DIR/redis: at most the last second is lost when it is killed. */
export function createRedisServer({ dataDir, port, environment }: RedisOptions): EmbeddedServer {
  const folder = join(dataDir, 'redis');
  const args = Object.entries({
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    daemonize: 'no',
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    // A log that is cut off by a kill is repaired by dropping its last, incomplete command.
    'aof-load-truncated': 'yes',
  }).flatMap(([name, value]) => [`--${name}`, value]);

  return {
    name: 'redis',
    async start(progress) {
      const command = await obtainRedis(environment, progress);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      progress('starting');
      await waitUntilFree(port);
      const env = { PATH: environment.PATH };
      const started = await startProcess({ name: 'redis', command, args, env, cwd: folder, dataDir });
      const url = `redis://127.0.0.1:${port}`;
      await waitReady('Redis', started, {
        probe: () => answers(url),
        timeoutMs: 60_000,
        hint: 'If its files are damaged, delete DATA_DIR/redis: it holds only what can be lost.',
      });
      return { url, pid: started.pid, ended: started.ended, stop: () => started.stop() };
    },
  };
}
