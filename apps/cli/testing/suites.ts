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

/** Test files that run at the same time; those that measure or kill run alone. */
const workers: Readonly<Record<SuiteName, number>> = { unit: 2, integration: 2, replay: 1, e2e: 1, chaos: 1 };

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
  environment: Environment;
  /** Where the report goes. */
  folder: string;
  /** Passed on to Jest. */
  args: readonly string[];
}

/** Runs one suite in a Jest of its own. A Jest that fails without naming a failed test counts as one failure. */
export async function runSuite(
  name: SuiteName,
  { environment, folder, args }: RunOptions,
): Promise<SuiteResult> {
  const since = Date.now();
  const report = join(folder, `${name}.json`);
  const jest = join(dirname(createRequire(__filename).resolve('jest/package.json')), 'bin', 'jest.js');
  const options = [
    ...['--config', 'jest.config.cjs', '--selectProjects', name, '--maxWorkers', String(workers[name])],
    // A socket that a test leaves open must not keep the whole run from ending.
    ...['--passWithNoTests', '--forceExit', '--json', `--outputFile=${report}`],
  ];
  const child = spawn(process.execPath, [jest, ...options, ...args], {
    cwd: projectRoot(),
    env: environment,
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
