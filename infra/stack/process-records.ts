import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './process-identity';

/**
 * Notes of the processes that were started, one file each, so that the next start can end those that outlived a CLI that
 * was killed.
 */
const recordsFolder = (dataDir: string): string => join(dataDir, 'run');

const recordFile = (dataDir: string, name: string): string => join(recordsFolder(dataDir), `${name}.json`);

/** Remembers a process; a process that has already ended is not remembered. */
export function recordProcess(dataDir: string, name: string, pid: number): void {
  const identity = identify(pid);
  if (identity === undefined) return;
  mkdirSync(recordsFolder(dataDir), { recursive: true });
  writeFileSync(recordFile(dataDir, name), JSON.stringify(identity));
}

export function forgetProcess(dataDir: string, name: string): void {
  rmSync(recordFile(dataDir, name), { force: true });
}

interface Leftover {
  name: string;
  identity: ProcessIdentity;
}

function readRecord(dataDir: string, name: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(dataDir, name), 'utf8')) as ProcessIdentity;
  } catch (error) {
    // Cut off by a kill in the middle of writing, or the process has just ended and was forgotten.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function leftovers(dataDir: string): Leftover[] {
  mkdirSync(recordsFolder(dataDir), { recursive: true });
  return readdirSync(recordsFolder(dataDir))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .flatMap((name) => {
      const identity = readRecord(dataDir, name);
      return identity !== undefined && isAlive(identity) ? [{ name, identity }] : [];
    });
}

/** Sends a signal to a process and everything in its group; a group that has already ended is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function waitUntilGone(processes: readonly Leftover[], limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (processes.some(({ identity }) => isAlive(identity)) && Date.now() < deadline) await sleep(50);
}

/** Kills at once all recorded processes that are still there. */
export function killRecorded(dataDir: string): void {
  for (const { identity } of leftovers(dataDir)) signalGroup(identity.pid, 'SIGKILL');
}

/**
 * Ends processes of an earlier run that are still there, and forgets all of them. Only processes that are provably the
 * recorded ones are touched. They get 5 seconds to end in order (Postgres by SIGINT: its fast shutdown), then are killed.
 * @returns names of the processes that were still there.
 */
export async function endLeftovers(dataDir: string): Promise<string[]> {
  const found = leftovers(dataDir);
  for (const { name, identity } of found)
    signalGroup(identity.pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  await waitUntilGone(found, 5000);
  for (const { identity } of found) if (isAlive(identity)) signalGroup(identity.pid, 'SIGKILL');
  await waitUntilGone(found, 2000);
  rmSync(recordsFolder(dataDir), { recursive: true, force: true });
  return found.map(({ name }) => name);
}
