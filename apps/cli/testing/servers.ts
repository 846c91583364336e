import { loadSettings } from '../../../infra/config/load-settings';
import { readEnvironment, type Environment } from '../../../infra/config/read-environment';
import { migrate } from '../../../infra/database/migrate';
import { claimDataDir } from '../../../infra/stack/data-dir';
import type { Report } from '../../../infra/stack/report';
import { createServerGroup } from '../../../infra/stack/server-group';
import { anyPorts, startStack } from '../../../infra/stack/stack';
import { shutDown } from '../shut-down';
import type { StopSignals } from '../stop-signals';
import { makeRunFolder } from './run-folder';
import { hasGivenServers, testEnvironment } from './test-environment';

/** Servers with data of their own, on which one test file runs at a time. */
export interface TestServers {
  readonly dataDir: string;
  /** Starts and migrates them. @returns what tests need to reach them. */
  start(): Promise<Environment>;
  stop(signals: StopSignals): Promise<void>;
}

/**
 * One set for each test file that runs at the same time, so that none sees what the workers of another do; servers that
 * are given are the only ones.
 */
export async function claimServers(
  folder: string,
  report: Report,
): Promise<readonly [TestServers, ...TestServers[]]> {
  const environment = testEnvironment(readEnvironment({ dotEnv: false }));
  const first = await claim(folder, environment, numbered(report, 1));
  return hasGivenServers(environment)
    ? [first]
    : [first, await claim(folder, environment, numbered(report, 2))];
}

async function claim(folder: string, environment: Environment, report: Report): Promise<TestServers> {
  const dataDir = await makeRunFolder(folder);
  const release = claimDataDir(dataDir);
  const group = createServerGroup(report);
  return {
    dataDir,
    async start() {
      const settings = loadSettings(environment);
      const ports = anyPorts;
      const stack = await startStack({
        ...{ settings, environment, dataDir, report, ports, group },
        unsafeFast: true,
      });
      await report.step('Migrations', () => migrate(stack.addresses.postgres));
      return stack.environment;
    },
    async stop(signals) {
      await shutDown(group, dataDir, signals);
      release();
    },
  };
}

const numbered = (report: Report, number: number): Report => ({
  step: (title, work, tell) => report.step(`${title} ${number}`, work, tell),
  note: (text) => report.note(`${number}: ${text}`),
});
