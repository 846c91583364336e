import { Command } from 'commander';
import { loadSettings } from '../../../infra/config/load-settings';
import { readEnvironment } from '../../../infra/config/read-environment';
import { requireSettings } from '../../../infra/config/require-settings';
import { seed } from '../../../prisma/seed';

/** `coagent seed`: adds what a new installation needs to the database at DATABASE_URL; leaves what is there. */
export function seedCommand(): Command {
  return new Command('seed')
    .description(
      'add the super admin (and, outside production, the demo workspace) to the database at DATABASE_URL',
    )
    .action(async () => {
      const settings = requireSettings(loadSettings(readEnvironment()), ['DATABASE_URL']);
      const { adminPassword } = await seed({
        databaseUrl: settings.DATABASE_URL,
        settings,
        log: (line) => console.log(line),
      });
      if (adminPassword !== undefined)
        console.log(`password of ${settings.ADMIN_EMAIL}, shown only now: ${adminPassword}`);
    });
}
