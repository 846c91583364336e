import { Command } from 'commander';
import { loadSettings } from '../../../infra/config/load-settings';
import { readEnvironment } from '../../../infra/config/read-environment';
import { createMigration } from '../../../infra/database/create-migration';
import { migrate } from '../../../infra/database/migrate';

/** `coagent migrate`: brings the database at DATABASE_URL to the newest migration. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('apply the migrations to the database at DATABASE_URL')
    .option('--create <name>', 'instead, write a new migration for what changed in prisma/schema.prisma')
    .action(async ({ create }: { create?: string }) => {
      if (create !== undefined) {
        const file = await createMigration(create);
        console.log(
          file === null ? 'Nothing in the database would change: no migration is needed.' : `wrote ${file}`,
        );
        return;
      }
      const { DATABASE_URL } = loadSettings(readEnvironment());
      if (DATABASE_URL === undefined) {
        throw new Error('Set DATABASE_URL. (The embedded database is migrated by `npm start` itself.)');
      }
      const { applied } = await migrate(DATABASE_URL, { log: (line) => console.log(line) });
      if (applied.length === 0) console.log('The database is up to date.');
    });
}
