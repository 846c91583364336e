import { readFile } from 'node:fs/promises';
import { Client, Pool } from 'pg';
import { migratedSchemaFile, readMigrations } from './migration-files';
import { openSchemaEngine, postgresAdapter } from './schema-engine';

/** Key of the Postgres advisory lock that one migrating process holds; the others wait for it. */
const advisoryLock = 4_072_019;

export interface MigrateOptions {
  /** Told what is going on, one line at a time. */
  log?: (line: string) => void;
  /** How long to wait for another process that is migrating; default 60 seconds. */
  lockTimeoutMs?: number;
}

/**
 * Brings the database to the newest migration in prisma/migrations. Each migration is one transaction and recorded in
 * `_prisma_migrations`. Safe when several processes start at once: one applies, the others find nothing left to do.
 * @returns names of the migrations this call applied, oldest first.
 * @throws when the database cannot be reached, a migration fails, or one that was applied has since been edited.
 */
export async function migrate(
  databaseUrl: string,
  { log, lockTimeoutMs = 60_000 }: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const lock = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await lock.connect();
  try {
    await lock.query(`SET lock_timeout = ${String(lockTimeoutMs)}`);
    await lock.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    const [migrations, schema] = await Promise.all([
      readMigrations(),
      readFile(migratedSchemaFile(), 'utf8'),
    ]);
    const pool = new Pool({ connectionString: databaseUrl, max: 1, connectionTimeoutMillis: 10_000 });
    const engine = await openSchemaEngine(postgresAdapter(pool), schema);
    try {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: migrations,
        filters: { externalTables: [], externalEnums: [] },
      });
      for (const name of appliedMigrationNames) log?.(`applied ${name}`);
      return { applied: appliedMigrationNames };
    } finally {
      engine.free();
      await pool.end();
    }
  } finally {
    await lock.end();
  }
}
