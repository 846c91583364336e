import { Command } from 'commander';
import { doctorCommand } from './commands/doctor';
import { migrateCommand } from './commands/migrate';
import { resetCommand } from './commands/reset';
import { rotateSigningKeyCommand } from './commands/rotate-signing-key';
import { seedCommand } from './commands/seed';
import { startCommand } from './commands/start';
import { testCommand } from './commands/test';
import { explainError } from './explain-error';
import { replayCommand } from './replay/command';

/** The `coagent` command. Ends the process when the command is done. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('coagent')
    .description('Durable rooms where people and AI agents work together.')
    .addCommand(startCommand())
    .addCommand(testCommand())
    .addCommand(doctorCommand())
    .addCommand(resetCommand())
    .addCommand(migrateCommand())
    .addCommand(seedCommand())
    .addCommand(rotateSigningKeyCommand())
    .addCommand(replayCommand());
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    console.error(`\n${explainError(error)}\n`);
    process.exitCode = 1;
  }
  // What a command has left open (timers of the schema engine, a start that was interrupted) is of no use any more.
  process.exit();
}

if (require.main === module) void main(process.argv.slice(2));
