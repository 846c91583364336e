import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../config/read-environment';
import { keptSecret } from './data-dir';
import { StackError, type EmbeddedServer, type RunningServer } from './embedded-server';
import { findPostgresBinaries } from './postgres-binaries';
import { createCluster, ensureDatabase, settlePidFile } from './postgres-cluster';
import { waitUntilFree } from './ports';
import { startProcess, waitReady } from './processes';
import { launchAs, unprivilegedAccount, type Account } from './unprivileged';

export interface PostgresOptions {
  dataDir: string;
  port: number;
  environment: Environment;
  /**
   * Skips waiting for the disk, for tests: everything committed still survives the death of any process, but not of
   * the machine. Default false.
   */
  unsafeFast?: boolean;
}

const user = 'coagent';
const database = 'coagent';

const settings = {
  listen_addresses: '127.0.0.1',
  // Clients come over TCP only; a socket would need a short path that nobody else uses.
  unix_socket_directories: '',
  max_connections: '200',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const fastSettings = { fsync: 'off', full_page_writes: 'off' };

/** For how long a start is tried again while backends of a killed server still hold its shared memory. */
const patienceMs = 10_000;

/** Postgres from the npm package, with its data in DATA_DIR/postgres and a password of its own. */
export function createPostgres(options: PostgresOptions): EmbeddedServer {
  const { dataDir, port, environment, unsafeFast = false } = options;
  const cluster = join(dataDir, 'postgres');
  const env = { PATH: environment.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const flags = { ...settings, ...(unsafeFast ? fastSettings : {}), port: String(port) };
  const args = [
    '-D',
    cluster,
    ...Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];

  async function run(
    password: string,
    postgres: string,
    account: Account | undefined,
  ): Promise<RunningServer> {
    const launch = launchAs(account, postgres, args, cluster, environment.PATH);
    const started = await startProcess({
      name: 'postgres',
      ...launch,
      env,
      cwd: dataDir,
      dataDir,
      // The fast shutdown: clients are cut off, everything is written. SIGTERM would wait for the clients to leave.
      stopSignal: 'SIGINT',
    });
    const url = new URL(`postgresql://${user}@127.0.0.1:${port}/${database}`);
    url.password = password;
    await waitReady('Postgres', started, {
      probe: () => ensureDatabase(url.href, database),
      timeoutMs: 60_000,
      hint: 'If its files are damaged, `npm run reset` starts afresh.',
    });
    return { url: url.href, pid: started.pid, ended: started.ended, stop: () => started.stop() };
  }

  return {
    name: 'postgres',
    async start(progress) {
      const password = keptSecret(dataDir, 'postgres.password', () => randomBytes(24).toString('base64url'));
      const account = unprivilegedAccount(cluster);
      const { initdb, postgres } = await findPostgresBinaries(account);
      if (!existsSync(cluster)) {
        progress('creating the cluster');
        await createCluster({ cluster, user, password, initdb, account, env, unsafeFast });
      }
      progress('starting');
      await waitUntilFree(port);
      await settlePidFile(cluster);
      const deadline = Date.now() + patienceMs;
      for (;;) {
        try {
          return await run(password, postgres, account);
        } catch (error) {
          const isHeld = error instanceof StackError && error.message.includes('pre-existing shared memory');
          if (!isHeld || Date.now() > deadline) throw error;
          progress('waiting for the last processes of the previous server');
        }
      }
    },
  };
}
