import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Worker } from '@temporalio/worker';

const touchMs = 10_000;

/**
 * Keeps `DATA_DIR/worker.ready` fresh while every worker is running, for health checks: a file older than 30 seconds
 * means that this process serves nothing.
 * @returns stops it and removes the file.
 */
export function keepReadinessFile(dataDir: string, workers: readonly Worker[]): () => void {
  const file = path.join(dataDir, 'worker.ready');
  const touch = (): void => {
    if (workers.every((worker) => worker.getState() === 'RUNNING')) writeFileSync(file, '');
  };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, '');
  const timer = setInterval(touch, touchMs);
  return () => {
    clearInterval(timer);
    rmSync(file, { force: true });
  };
}
