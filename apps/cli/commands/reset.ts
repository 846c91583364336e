import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { loadSettings } from '../../../infra/config/load-settings';
import { readEnvironment } from '../../../infra/config/read-environment';
import { claimDataDir, wipeDataDir } from '../../../infra/stack/data-dir';
import { StackError } from '../../../infra/stack/embedded-server';
import { endLeftovers } from '../../../infra/stack/process-records';
import { dataDirOf } from '../data-dir-of';

/** `coagent reset`: deletes what CoAgent keeps in DATA_DIR, and nothing else. */
export function resetCommand(): Command {
  return new Command('reset')
    .description('delete all data of the embedded servers')
    .option('-y, --yes', 'do not ask')
    .action(reset);
}

async function agrees(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new StackError(
      'There is nobody to ask here.',
      'To delete without being asked: `npm run reset -- --yes`.',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

async function reset({ yes = false }: { yes?: boolean }): Promise<void> {
  const dataDir = dataDirOf(loadSettings(readEnvironment()));
  if (!existsSync(dataDir)) {
    console.log(`There is nothing to delete: ${dataDir} does not exist.`);
    return;
  }
  const release = claimDataDir(dataDir);
  try {
    const question = `Delete all rooms, messages, accounts and workflows in ${dataDir}?`;
    if (!yes && !(await agrees(question))) {
      console.log('Nothing was deleted.');
      return;
    }
    await endLeftovers(dataDir);
    wipeDataDir(dataDir);
    console.log(`Deleted the data in ${dataDir}. The next \`npm start\` begins afresh.`);
  } finally {
    release();
  }
}
