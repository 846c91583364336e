import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { holderOf } from '../../../infra/stack/data-dir';
import { endLeftovers } from '../../../infra/stack/process-records';

/** A run that has only just made its folder has not claimed it yet. */
const youngMs = 60_000;

/** Removes what earlier runs left behind: of a failed one its data and logs, of a killed one also its processes. */
async function removeOldRuns(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const run = join(folder, name);
    if (holderOf(run) !== undefined || Date.now() - statSync(run).mtimeMs < youngMs) continue;
    await endLeftovers(run);
    rmSync(run, { recursive: true, force: true });
  }
}

/** Makes a fresh data directory for one test run, beside those of runs that are under way. */
export async function makeRunFolder(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  await removeOldRuns(folder);
  const stamp = new Date().toISOString().slice(0, 19).replace(/\D/g, '');
  return mkdtempSync(join(folder, `${stamp}-`));
}
