import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { Pool } from 'pg';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';

/** The part of the global that is used here; its types come with the DOM library, which this project leaves out. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

/** What wasm-bindgen's glue offers beyond its declared types. */
interface WasmGlue {
  __wbg_set_wasm(exports: unknown): void;
}

let loaded: Promise<void> | undefined;

/** Instantiates the engine by hand: its own entry file imports the .wasm as a module, which Node does not support. */
async function load(): Promise<void> {
  const entry = createRequire(__filename).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  (glue as unknown as WasmGlue).__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/**
 * Connects the engine to a Postgres through a pool of one connection, which the caller ends: the engine holds a session
 * lock and never lets go of its connection by itself. A script goes to the server in one piece: the package's own
 * adapter cuts it at every semicolon, also inside quotes; and in one piece Postgres runs it as one transaction.
 */
export function postgresAdapter(pool: Pool): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool);
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await factory.connect();
    adapter.executeScript = async (script) => {
      await pool.query(script);
    };
    return adapter;
  };
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect,
    connectToShadowDb: () => factory.connectToShadowDb(),
  };
}

/**
 * Lets the engine compare schema files with no database at hand: answers its one opening question (does the schema
 * exist, which version of Postgres) and refuses everything else.
 */
export function offlineAdapter(): SqlMigrationAwareDriverAdapterFactory {
  const info = { provider: 'postgres', adapterName: 'offline' } as const;
  const refuse = (): Promise<never> => Promise.reject(new Error('Comparing schema files needs no database.'));
  const adapter: SqlDriverAdapter = {
    ...info,
    queryRaw: () =>
      Promise.resolve({
        columnNames: ['exists', 'version', 'numeric_version'],
        columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
        rows: [[true, 'PostgreSQL 18.0', 180_000]],
      }),
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    dispose: () => Promise.resolve(),
  };
  const connect = (): Promise<SqlDriverAdapter> => Promise.resolve(adapter);
  return { ...info, connect, connectToShadowDb: connect };
}

/**
 * Prisma's own schema engine as WebAssembly: it writes the real `_prisma_migrations`, without the native binary that
 * Prisma would download. Call `free()` when done.
 * @param schema text of schema.prisma.
 */
export async function openSchemaEngine(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  schema: string,
): Promise<glue.SchemaEngine> {
  await (loaded ??= load());
  const datamodels: [string, string][] = [['schema.prisma', schema]];
  return glue.SchemaEngine.new({ datamodels }, () => undefined, bindMigrationAwareSqlAdapterFactory(adapter));
}
