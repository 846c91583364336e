import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../prisma/generated/client';
import { createStatementNames } from './statement-names';

export type Database = PrismaClient;

/**
 * Opens a connection pool. Connections are made on first use; close with `$disconnect()`.
 * @param poolSize most connections of this process at once.
 */
export function createDatabase(databaseUrl: string, poolSize: number): Database {
  const nameOf = createStatementNames();
  const adapter = new PrismaPg(
    {
      connectionString: databaseUrl,
      max: poolSize,
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
    },
    { statementNameGenerator: ({ sql }) => nameOf(sql) },
  );
  // Under load a transaction may wait for a connection longer than Prisma's two seconds; the work is the same.
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 20_000 } });
}
