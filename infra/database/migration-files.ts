import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { projectRoot } from '../config/project-root';

/** prisma/migrations: one folder a migration, and `schema.prisma` as it was at the newest. */
export const migrationsFolder = (): string => join(projectRoot(), 'prisma', 'migrations');

/** The schema as it should be: prisma/schema.prisma. */
export const schemaFile = (): string => join(projectRoot(), 'prisma', 'schema.prisma');

/** The schema that the migrations add up to: kept beside them, because the next migration is the difference from it. */
export const migratedSchemaFile = (): string => join(migrationsFolder(), 'schema.prisma');

/** Reads all migrations, oldest first, in the form the schema engine takes. */
export async function readMigrations(): Promise<MigrationList> {
  const baseDir = migrationsFolder();
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const migrationDirectories = await Promise.all(
    names.map(async (name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: await readFile(join(baseDir, name, 'migration.sql'), 'utf8') },
      },
    })),
  );
  return {
    baseDir,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(join(baseDir, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories,
  };
}
