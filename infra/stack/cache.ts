import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../config/read-environment';
import type { Progress } from './embedded-server';
import { tryLock } from './lock-file';

/** Downloaded server binaries, shared by all copies of the project of one user: $XDG_CACHE_HOME/coagent or ~/.cache/coagent. */
export function cacheFolder(environment: Environment): string {
  return join(environment.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'coagent');
}

/**
 * Puts a file or folder into the cache whole or not at all.
 * @param make writes it somewhere below the scratch folder and returns where, or undefined when it cannot.
 */
export async function putInCache(
  file: string,
  make: (scratch: string) => Promise<string | undefined>,
): Promise<boolean> {
  mkdirSync(dirname(file), { recursive: true });
  const scratch = mkdtempSync(`${file}.new-`);
  try {
    const made = await make(scratch);
    if (made === undefined) return false;
    renameSync(made, file);
    return true;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Keeps two processes from fetching the same file at once: the second waits, and then finds it there.
 * @param onWait told which process is fetching it.
 */
export async function withCacheLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: (pid: number) => void = () => undefined,
): Promise<T> {
  for (;;) {
    const lock = tryLock(`${file}.lock`);
    if ('unlock' in lock) {
      try {
        return await work();
      } finally {
        lock.unlock();
      }
    }
    onWait(lock.holder.pid);
    await sleep(200);
  }
}

/** What to say while another process is fetching. */
export const waitingFor =
  (progress: Progress) =>
  (pid: number): void =>
    progress(`waiting for process ${pid}, which is fetching it`);
