import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../../infra/config/project-root';
import type { Environment } from '../../../infra/config/read-environment';
import { endWithUs } from '../../../infra/stack/run-tool';

/** In the order they run: what fails fast comes first, what kills servers comes last. */
export const suiteNames = ['unit', 'integration', 'replay', 'e2e', 'chaos'] as const;

export type SuiteName = (typeof suiteNames)[number];

/** Its files kill processes every few seconds until the work is done: beside other work it would not get done. */
const runsAlone: SuiteName = 'chaos';

export interface SuiteResult {
  name: SuiteName;
  passed: number;
  /** Includes files that could not be run at all. */
  failed: number;
  seconds: number;
}

/** The counts in Jest's JSON report that matter here. */
interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  /** Files that threw before any of their tests ran. */
  numRuntimeErrorTestSuites: number;
}

function readReport(file: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export interface RunOptions {
  /** One for each test file that runs at the same time, with servers of its own: see test/support/worker-environment.ts. */
  environments: readonly Environment[];
  /** Where the report goes. */
  folder: string;
  /** Passed on to Jest. */
  args: readonly string[];
}

/** Runs one suite in a Jest of its own. A Jest that fails without naming a failed test counts as one failure. */
export async function runSuite(
  name: SuiteName,
  { environments, folder, args }: RunOptions,
): Promise<SuiteResult> {
  const since = Date.now();
  const report = join(folder, `${name}.json`);
  const jest = join(dirname(createRequire(__filename).resolve('jest/package.json')), 'bin', 'jest.js');
  const options = [
    ...['--config', 'jest.config.cjs', '--selectProjects', name],
    ...['--maxWorkers', String(name === runsAlone ? 1 : environments.length)],
    // A socket that a test leaves open must not keep the whole run from ending.
    ...['--passWithNoTests', '--forceExit', '--json', `--outputFile=${report}`],
  ];
  const child = spawn(process.execPath, [jest, ...options, ...args], {
    cwd: projectRoot(),
    env: { ...environments[0], TEST_ENVIRONMENTS: JSON.stringify(environments) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  endWithUs(child);
  const ok = await new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
  const counts = readReport(report);
  const passed = counts?.numPassedTests ?? 0;
  const failed = (counts?.numFailedTests ?? 0) + (counts?.numRuntimeErrorTestSuites ?? 0);
  return { name, passed, failed: ok ? failed : Math.max(failed, 1), seconds: (Date.now() - since) / 1000 };
}
