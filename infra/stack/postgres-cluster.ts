import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { StackError } from './embedded-server';
import { commandLineOf, identify, isAlive } from './process-identity';
import { runTool } from './run-tool';
import { giveTo, launchAs, type Account } from './unprivileged';

export interface ClusterOptions {
  /** Folder of the cluster; must not exist yet. */
  cluster: string;
  /** Name of its superuser. */
  user: string;
  password: string;
  /** Path of the initdb program. */
  initdb: string;
  /** Who it runs as and who owns the cluster, if not this process. */
  account: Account | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** Do not wait for the disk. */
  unsafeFast: boolean;
}

/** Makes an empty cluster; a creation that is cut off leaves nothing that the next one would take for a cluster. */
export async function createCluster(options: ClusterOptions): Promise<void> {
  const { cluster, user, password, initdb, account, env, unsafeFast } = options;
  const scratch = `${cluster}.new`;
  const passwordFile = join(scratch, 'password');
  const fresh = join(scratch, 'cluster');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) giveTo(account, scratch);

  const args = [
    ...[`--pgdata=${fresh}`, `--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    // Sorting and case rules from Postgres itself, the same on every machine.
    ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
    ...(unsafeFast ? ['--no-sync'] : []),
    '--no-instructions',
  ];
  const launch = launchAs(account, initdb, args, scratch, env.PATH);
  const { ok, output } = await runTool(launch.command, launch.args, {
    env,
    cwd: scratch,
    timeoutMs: 120_000,
  });
  if (!ok) {
    throw new StackError(
      `Postgres could not create its cluster.\n${output}`,
      'If the reason is not clear: check the free disk space, try another DATA_DIR, or set DATABASE_URL.',
    );
  }
  renameSync(fresh, cluster);
  rmSync(scratch, { recursive: true, force: true });
}

/**
 * Postgres refuses to start while postmaster.pid names a living process. That may be a server on this cluster which
 * nobody recorded: it is ended; or an unrelated process that got the same id: then the file is void.
 */
export async function settlePidFile(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const pid = Number(readIfThere(file)?.split('\n')[0]);
  const holder = pid > 0 ? identify(pid) : undefined;
  if (holder === undefined) return;
  if (commandLineOf(pid)?.includes(cluster) !== true) {
    rmSync(file, { force: true });
    return;
  }
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 5000;
  while (isAlive(holder) && Date.now() < deadline) await sleep(50);
  if (isAlive(holder)) process.kill(pid, 'SIGKILL');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const wrongPassword = '28P01';

/**
 * Makes the database if it is not there.
 * @param url of that database.
 * @returns undefined while the server does not answer yet.
 */
export async function ensureDatabase(url: string, name: string): Promise<true | undefined> {
  const server = new URL(url);
  server.pathname = '/postgres';
  const client = new Client({ connectionString: server.href, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined); // The query that was cut off reports it.
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE "${name}"`);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === wrongPassword) {
      throw new StackError(
        'Postgres does not accept the password kept in DATA_DIR/postgres.password.',
        'Put the right file back, or start afresh with `npm run reset`.',
        { cause: error },
      );
    }
    return undefined;
  } finally {
    await client.end();
  }
}
