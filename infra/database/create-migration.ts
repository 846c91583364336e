import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migratedSchemaFile, migrationsFolder, schemaFile } from './migration-files';
import { offlineAdapter, openSchemaEngine } from './schema-engine';

/**
 * SQL that leads from one Prisma schema to another; empty when nothing in the database would change. Needs no database.
 * @param from text of the older schema, or undefined for an empty database.
 */
export async function diffSchemas(from: string | undefined, to: string): Promise<string> {
  const engine = await openSchemaEngine(offlineAdapter(), to);
  try {
    const target = (content: string, path: string) => ({
      tag: 'schemaDatamodel' as const,
      files: [{ content, path }],
    });
    const { stdout } = await engine.diff({
      from: from === undefined ? { tag: 'empty' } : target(from, 'from.prisma'),
      to: target(to, 'to.prisma'),
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    const sql = (stdout ?? '').trim();
    return sql === '-- This is an empty migration.' ? '' : sql;
  } finally {
    engine.free();
  }
}

/**
 * Writes a new migration for what changed in prisma/schema.prisma since the newest one, to be read and completed by
 * hand (constraints and data changes that Prisma cannot express).
 * @param name a few words for the folder name: `add_triggers`.
 * @returns the new migration.sql, or null when nothing in the database would change.
 */
export async function createMigration(name: string, now = new Date()): Promise<string | null> {
  const schema = await readFile(schemaFile(), 'utf8');
  const previous = await readFile(migratedSchemaFile(), 'utf8');
  const sql = await diffSchemas(previous, schema);
  const file = sql === '' ? null : await writeMigration(name, now, sql);
  // Also when only comments changed: whether it equals the schema tells whether a migration is missing.
  await writeFile(migratedSchemaFile(), schema);
  return file;
}

async function writeMigration(name: string, now: Date, sql: string): Promise<string> {
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14);
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const folder = join(migrationsFolder(), `${stamp}_${slug}`);
  await mkdir(folder);
  const file = join(folder, 'migration.sql');
  await writeFile(file, `${sql}\n`);
  return file;
}
