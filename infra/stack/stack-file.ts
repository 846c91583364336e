import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Addresses and process ids of a running stack, as scripts read them from DATA_DIR/stack.json. */
export interface StackFile {
  /** Base URL of the API and the page. */
  api?: string;
  /** host:port of the Temporal frontend. */
  temporal: string;
  temporalUi?: string;
  postgres: string;
  redis: string;
  /** Base URL of the model server, with /v1. */
  model?: string;
  /** Processes started here, by name; servers that the environment names have none. */
  pids: Record<string, number>;
}

const stackFile = (dataDir: string): string => join(dataDir, 'stack.json');

/** Only the owner may read it: it holds the Postgres password. */
export function writeStackFile(dataDir: string, content: StackFile): void {
  const file = stackFile(dataDir);
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeStackFile(dataDir: string): void {
  rmSync(stackFile(dataDir), { force: true });
}

export function readStackFile(dataDir: string): StackFile | undefined {
  try {
    return JSON.parse(readFileSync(stackFile(dataDir), 'utf8')) as StackFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
