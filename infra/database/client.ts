import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../prisma/generated/client';

export type Database = PrismaClient;

/**
 * Opens a connection pool. Connections are made on first use; close with `$disconnect()`.
 * @param poolSize most connections of this process at once.
 */
export function createDatabase(databaseUrl: string, poolSize: number): Database {
  const adapter = new PrismaPg({
    connectionString: databaseUrl,
    max: poolSize,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  });
  // Under load a transaction may wait for a connection longer than Prisma's two seconds; the work is the same.
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 20_000 } });
}
