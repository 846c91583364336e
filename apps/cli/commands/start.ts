import { Command } from 'commander';
import { loadSettings } from '../../../infra/config/load-settings';
import { readEnvironment } from '../../../infra/config/read-environment';
import { claimDataDir } from '../../../infra/stack/data-dir';
import { createServerGroup } from '../../../infra/stack/server-group';
import { removeStackFile, writeStackFile } from '../../../infra/stack/stack-file';
import { bringUp } from '../bring-up';
import { dataDirOf } from '../data-dir-of';
import { shutDown } from '../shut-down';
import { listenForStop } from '../stop-signals';
import { createTerminalReport } from '../terminal-report';
import { welcome } from '../welcome';

/** `coagent start`: servers, migrations, seed, API and worker, until Ctrl-C. */
export function startCommand(): Command {
  return new Command('start').description('bring everything up, and keep it up until Ctrl-C').action(start);
}

async function start(): Promise<void> {
  const begun = Date.now();
  const environment = readEnvironment();
  const settings = loadSettings(environment);
  const dataDir = dataDirOf(settings);
  const release = claimDataDir(dataDir);
  removeStackFile(dataDir);

  const signals = listenForStop();
  const report = createTerminalReport(process.stdout);
  let publish = (): void => undefined;
  const group = createServerGroup(report, () => publish());
  const coming = bringUp({ settings, environment, dataDir, report, group });
  try {
    const running = await Promise.race([coming, signals.requested]);
    if (running !== undefined) {
      const { api, stack } = running;
      publish = () => writeStackFile(dataDir, { api, ...stack.addresses, pids: stack.pids() });
      publish();
      report.note(welcome(running, settings, dataDir, (Date.now() - begun) / 1000));
      await signals.requested;
    }
  } finally {
    // Interrupted while coming up: what fails from here on, fails because it is being stopped.
    coming.catch(() => undefined);
    await report.step('Stopping', () => shutDown(group, dataDir, signals));
    release();
  }
}
