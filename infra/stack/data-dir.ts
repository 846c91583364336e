import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './embedded-server';
import { lockHolder, tryLock } from './lock-file';
import type { ProcessIdentity } from './process-identity';
import { readStackFile } from './stack-file';

const lockFile = (dataDir: string): string => join(dataDir, 'lock.json');

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The process that has the data directory in use. */
export const holderOf = (dataDir: string): ProcessIdentity | undefined => lockHolder(lockFile(dataDir));

/**
 * Makes the data directory if needed and claims it for this process.
 * @returns the call that gives it back.
 * @throws StackError naming the address of the stack that runs on it.
 */
export function claimDataDir(dataDir: string): () => void {
  // Others may pass through to what is theirs (the cluster, when root starts Postgres as another user), not look around.
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  const lock = tryLock(lockFile(dataDir));
  if ('holder' in lock) {
    const address = readStackFile(dataDir)?.api;
    const state = address === undefined ? 'already starting' : `already running at ${address}`;
    throw new StackError(
      `CoAgent is ${state} (process ${lock.holder.pid}, data in ${dataDir}).`,
      'Stop it with Ctrl-C, or set DATA_DIR to run a second one.',
    );
  }
  return lock.unlock;
}

/** Reads a secret kept in the data directory, making it at first use. Only the owner may read the file. */
export function keptSecret(dataDir: string, name: string, make: () => string): string {
  const file = join(dataDir, name);
  const kept = read(file);
  if (kept !== undefined && kept !== '') return kept.trim();
  const secret = make();
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

/** SECRET_KEY of an installation that sets none: 32 random bytes, base64. */
export const keptSecretKey = (dataDir: string): string =>
  keptSecret(dataDir, 'secret.key', () => randomBytes(32).toString('base64'));

/** Everything that CoAgent keeps in the data directory. */
const contents = [
  ...['postgres', 'postgres.new', 'redis', 'temporal', 'logs', 'run'],
  ...['postgres.password', 'secret.key', 'stack.json', 'lock.json'],
];

/** Deletes what CoAgent keeps in the data directory, and the directory itself unless somebody keeps other things there. */
export function wipeDataDir(dataDir: string): void {
  for (const name of contents) rmSync(join(dataDir, name), { recursive: true, force: true });
  if (readdirSync(dataDir).length === 0) rmdirSync(dataDir);
}
