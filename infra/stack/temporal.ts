import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import type { Environment } from '../config/read-environment';
import { searchAttributeNames } from '../../workflows/contracts/search-attributes';
import type { EmbeddedServer, RunningServer } from './embedded-server';
import { waitUntilFree } from './ports';
import { startProcess, waitReady } from './processes';
import { obtainTemporal } from './temporal-binary';

export interface TemporalOptions {
  dataDir: string;
  port: number;
  /** Port of the Web UI. */
  uiPort: number;
  namespace: string;
  environment: Environment;
  /** Dynamic configuration besides the platform's own, such as `limit.historyCount.suggestContinueAsNew: 40`. */
  dynamicConfig?: Readonly<Record<string, number | boolean | string>>;
}

export interface RunningTemporal extends RunningServer {
  /** `url` is host:port of the frontend; this is the Web UI's. */
  readonly uiUrl: string;
}

/**
 * The development server has one history shard, whose queues read at most 20 times a second by default: every step of a
 * workflow then waits up to 50 ms.
 */
const unhurried = 2000;
/**
 * When more events than this (100 by default) arrive while a workflow task is under way, the server fails the task, and the
 * worker replays the whole history. A lively room gets more; their size stays bounded, by 2 MB.
 */
const bufferedEvents = 10_000;
/**
 * Timers are fired in steps of this (1 second by default), so that a shorter one takes as long. It allows for clocks of several
 * servers that differ.
 */
const timerStep = '50ms';
const dynamicDefaults = {
  'history.transferProcessorMaxPollRPS': unhurried,
  'history.timerProcessorMaxPollRPS': unhurried,
  'history.visibilityProcessorMaxPollRPS': unhurried,
  'history.maximumBufferedEventsBatch': bufferedEvents,
  'history.timerProcessorMaxTimeShift': timerStep,
};

/** Six times as fast under load as SQLite's defaults; what is committed survives the death of the process. */
const pragmas = ['journal_mode=WAL', 'synchronous=NORMAL'];

const repeat = (flag: string, values: readonly string[]): string[] =>
  values.flatMap((value) => [flag, value]);

async function answers(address: string, namespace: string): Promise<true | undefined> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 2000 });
    try {
      await connection.workflowService.describeNamespace({ namespace });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    // Not listening yet, or the namespace is not registered yet.
    return undefined;
  }
}

/** Temporal's development server with its Web UI, and its data in DATA_DIR/temporal. */
export function createTemporal(options: TemporalOptions): EmbeddedServer<RunningTemporal> {
  const { dataDir, port, uiPort, namespace, environment, dynamicConfig = {} } = options;
  const folder = join(dataDir, 'temporal');
  const dynamic = Object.entries({ ...dynamicDefaults, ...dynamicConfig });
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...['--db-filename', join(folder, 'temporal.db'), '--namespace', namespace, '--log-level', 'warn'],
    ...repeat('--sqlite-pragma', pragmas),
    ...repeat(
      '--search-attribute',
      searchAttributeNames.map((name) => `${name}=Keyword`),
    ),
    ...repeat(
      '--dynamic-config-value',
      dynamic.map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    ),
  ];

  return {
    name: 'temporal',
    async start(progress) {
      const command = await obtainTemporal(environment, progress);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      progress('starting');
      await Promise.all([waitUntilFree(port), waitUntilFree(uiPort)]);
      const env = { PATH: environment.PATH, HOME: folder };
      const started = await startProcess({
        name: 'temporal',
        command,
        args,
        env,
        cwd: folder,
        dataDir,
        graceMs: 3000,
      });
      const url = `127.0.0.1:${port}`;
      await waitReady('Temporal', started, {
        probe: () => answers(url, namespace),
        timeoutMs: 60_000,
        hint: 'If its database is damaged, `npm run reset` starts afresh.',
      });
      return {
        url,
        uiUrl: `http://127.0.0.1:${uiPort}`,
        pid: started.pid,
        ended: started.ended,
        stop: () => started.stop(),
      };
    },
  };
}
