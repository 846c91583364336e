import { Command } from 'commander';
import { loadSettings, SettingsError } from '../../../infra/config/load-settings';
import { readEnvironment } from '../../../infra/config/read-environment';
import { dataDirOf } from '../data-dir-of';
import { isTrouble, showFinding, type Finding } from '../doctor/finding';
import { checkMachine } from '../doctor/machine';
import { checkServers } from '../doctor/servers';

/** `coagent doctor`: what is found, missing or unreachable. Exit code 1 when CoAgent could not run. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('explain what is found, missing or unreachable')
    .action(async () => {
      const findings = await examine();
      for (const finding of findings) console.log(showFinding(finding));
      const troubles = findings.filter((finding) => isTrouble(finding)).length;
      console.log(
        troubles === 0 ? '\nCoAgent can run here.' : `\n${troubles} to mend before CoAgent can run here.`,
      );
      process.exitCode = troubles === 0 ? 0 : 1;
    });
}

async function examine(): Promise<Finding[]> {
  const environment = readEnvironment();
  try {
    const settings = loadSettings(environment);
    const machine = await checkMachine(settings, environment, dataDirOf(settings));
    const servers = await checkServers(settings, environment);
    return [...machine, { subject: 'Settings', state: 'fine', detail: 'valid' }, ...servers];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const hint =
      'All settings are described in docs/settings.md; the rest can be checked once these are right.';
    return error.problems.map((problem) => ({ subject: 'Settings', state: 'wrong', detail: problem, hint }));
  }
}
