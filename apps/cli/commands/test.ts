import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Argument, Command } from 'commander';
import { loadSettings } from '../../../infra/config/load-settings';
import { readEnvironment, type Environment } from '../../../infra/config/read-environment';
import type { Report } from '../../../infra/stack/report';
import { chromiumHint, obtainChromium } from '../chromium';
import { dataDirOf } from '../data-dir-of';
import { explainError } from '../explain-error';
import { listenForStop } from '../stop-signals';
import { createTerminalReport } from '../terminal-report';
import { claimServers, type TestServers } from '../testing/servers';
import { runSuite, suiteNames, type SuiteName, type SuiteResult } from '../testing/suites';
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

/** @returns the environment of each Jest worker; with a browser when the page is going to be tested. */
async function prepare(
  servers: readonly TestServers[],
  suites: readonly SuiteName[],
  report: Report,
): Promise<Environment[]> {
  const browser = suites.includes('e2e')
    ? report.step(
        'Chromium',
        (progress) => obtainChromium(readEnvironment({ dotEnv: false }), progress),
        (found) => found ?? chromiumHint,
      )
    : undefined;
  const environments: Environment[] = [];
  // One after the other: two that look for free ports at once would find the same ones.
  for (const each of servers) environments.push(await each.start());
  const CHROMIUM_PATH = await browser;
  return environments.map((environment) => ({ ...environment, CHROMIUM_PATH }));
}

/** @returns the exit code. */
async function test(suites: readonly SuiteName[], args: readonly string[]): Promise<number> {
  const report = createTerminalReport(process.stdout);
  const servers = await claimServers(join(dirname(dataDirOf(loadSettings({}))), '.coagent-test'), report);
  const signals = listenForStop();
  const results: SuiteResult[] = [];

  async function run(): Promise<void> {
    const environments = await prepare(servers, suites, report);
    for (const name of suites) {
      report.note(`\n${name}`);
      results.push(await runSuite(name, { environments, folder: servers[0].dataDir, args }));
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
    await Promise.all(servers.map((each) => each.stop(signals)));
  }
  return conclude(
    suites,
    results,
    servers.map(({ dataDir }) => dataDir),
  );
}

/** Says how the suites went; one that never ran counts as a failure. The last line is for scripts. */
function conclude(
  suites: readonly SuiteName[],
  results: readonly SuiteResult[],
  dataDirs: readonly string[],
): number {
  const missing = suites.filter((name) => !results.some((result) => result.name === name));
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, missing.length);
  console.log();
  for (const { name, passed: good, failed: bad, seconds } of results) {
    console.log(`${name.padEnd(12)} ${good} passed, ${bad} failed, ${seconds.toFixed(1)} s`);
  }
  for (const name of missing) console.log(`${name.padEnd(12)} did not run`);
  if (failed === 0) for (const dataDir of dataDirs) rmSync(dataDir, { recursive: true, force: true });
  else console.log(`\nServer logs and data of this run: ${dataDirs.join(' and ')}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
