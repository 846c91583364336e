import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../config/project-root';
import type { Environment } from '../config/read-environment';
import { StackError, type EmbeddedServer } from './embedded-server';
import { startProcess, waitReady } from './processes';

export interface NodeAppOptions {
  /** Also the folder below dist/apps: `api`, `worker`, `model-server`. */
  name: string;
  args?: readonly string[];
  /** The whole environment of the process. */
  environment: Environment;
  dataDir: string;
  /** How long it may take to end when asked. */
  graceMs?: number;
}

/** The line with which our processes say that they are up: `{"listening": url}`, or `{"ready": true}` without an address. */
function readyLine(output: string): string | undefined {
  for (const line of output.split('\n').filter((each) => /"(listening|ready)"/.test(each))) {
    const { listening, ready } = parse(line);
    if (typeof listening === 'string') return listening;
    if (ready === true) return '';
  }
  return undefined;
}

function parse(line: string): { listening?: unknown; ready?: unknown } {
  try {
    return JSON.parse(line) as { listening?: unknown; ready?: unknown };
  } catch {
    // Half a line: the process is still writing it.
    return {};
  }
}

/** One of the project's own processes, from dist/. Its `url` is what it says it listens on, or empty. */
export function createNodeApp({
  name,
  args = [],
  environment,
  dataDir,
  graceMs,
}: NodeAppOptions): EmbeddedServer {
  return {
    name,
    async start(progress) {
      const cwd = projectRoot();
      const script = join(cwd, 'dist', 'apps', name, 'main.js');
      if (!existsSync(script)) throw new StackError(`${script} is not built.`, 'Run `npm run build`.');
      progress('starting');
      const started = await startProcess({
        name,
        command: process.execPath,
        args: [script, ...args],
        env: environment,
        cwd,
        dataDir,
        ...(graceMs === undefined ? {} : { graceMs }),
      });
      const url = await waitReady(name, started, {
        probe: () => Promise.resolve(readyLine(started.output())),
        timeoutMs: 60_000,
        hint: 'The last lines of its log are above.',
      });
      return { url, pid: started.pid, ended: started.ended, stop: () => started.stop() };
    },
  };
}
