import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Argument, Command } from 'commander';
import { loadSettings } from '../../../infra/config/load-settings';
import { readEnvironment, type Environment } from '../../../infra/config/read-environment';
import { migrate } from '../../../infra/database/migrate';
import { claimDataDir } from '../../../infra/stack/data-dir';
import type { Report } from '../../../infra/stack/report';
import { createServerGroup, type ServerGroup } from '../../../infra/stack/server-group';
import { anyPorts, startStack } from '../../../infra/stack/stack';
import { chromiumHint, obtainChromium } from '../chromium';
import { dataDirOf } from '../data-dir-of';
import { explainError } from '../explain-error';
import { shutDown } from '../shut-down';
import { listenForStop } from '../stop-signals';
import { createTerminalReport } from '../terminal-report';
import { makeRunFolder } from '../testing/run-folder';
import { runSuite, suiteNames, type SuiteName, type SuiteResult } from '../testing/suites';
import { testEnvironment } from '../testing/test-environment';
import { readWords } from '../testing/words';

/** `coagent test [suites…] [-- Jest's arguments]`: real servers of its own, then the suites, then the count. */
export function testCommand(): Command {
  return new Command('test')
    .description('run the tests on servers of their own')
    .addArgument(new Argument('[suites...]', `of ${suiteNames.join(', ')}; all by default`))
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const { suites, args } = readWords(words);
      process.exitCode = await test(suites, args);
    });
}

/** Own servers on any free ports, migrated; and a browser when the page is going to be tested. */
async function prepare(
  dataDir: string,
  suites: readonly SuiteName[],
  report: Report,
  group: ServerGroup,
): Promise<Environment> {
  const environment = testEnvironment(readEnvironment({ dotEnv: false }));
  const settings = loadSettings(environment);
  const browser = suites.includes('e2e')
    ? report.step(
        'Chromium',
        (progress) => obtainChromium(environment, progress),
        (found) => found ?? chromiumHint,
      )
    : undefined;
  const stack = await startStack({
    settings,
    environment,
    dataDir,
    report,
    ports: anyPorts,
    unsafeFast: true,
    group,
  });
  await report.step('Migrations', () => migrate(stack.addresses.postgres));
  return { ...stack.environment, CHROMIUM_PATH: await browser };
}

/** @returns the exit code. */
async function test(suites: readonly SuiteName[], args: readonly string[]): Promise<number> {
  const report = createTerminalReport(process.stdout);
  const dataDir = await makeRunFolder(join(dirname(dataDirOf(loadSettings({}))), '.coagent-test'));
  const release = claimDataDir(dataDir);
  const signals = listenForStop();
  const results: SuiteResult[] = [];
  const group = createServerGroup(report);

  async function run(): Promise<void> {
    const environment = await prepare(dataDir, suites, report, group);
    for (const name of suites) {
      report.note(`\n${name}`);
      results.push(await runSuite(name, { environment, folder: dataDir, args }));
    }
  }

  const running = run();
  try {
    await Promise.race([running, signals.requested]);
  } catch (error) {
    console.error(`\n${explainError(error)}`);
  } finally {
    // Interrupted: what fails from here on, fails because it is being stopped.
    running.catch(() => undefined);
    await shutDown(group, dataDir, signals);
    release();
  }
  return conclude(suites, results, dataDir);
}

/** Says how the suites went; one that never ran counts as a failure. The last line is for scripts. */
function conclude(suites: readonly SuiteName[], results: readonly SuiteResult[], dataDir: string): number {
  const missing = suites.filter((name) => !results.some((result) => result.name === name));
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, missing.length);
  console.log();
  for (const { name, passed: good, failed: bad, seconds } of results) {
    console.log(`${name.padEnd(12)} ${good} passed, ${bad} failed, ${seconds.toFixed(1)} s`);
  }
  for (const name of missing) console.log(`${name.padEnd(12)} did not run`);
  if (failed === 0) rmSync(dataDir, { recursive: true, force: true });
  else console.log(`\nServer logs and data of this run: ${dataDir}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
