import { randomBytes } from 'node:crypto';
import type { Settings } from '../infra/config/settings';
import { createDatabase, type Database } from '../infra/database/client';
import { createUser, normaliseEmail } from '../infra/identity/create-user';
import { hashPassword } from '../infra/identity/passwords';
import { seedDemo, type DemoSignIn } from './seed-demo';

export interface SeedResult {
  /** The super admin's password, when this run made one up; shown once and kept nowhere. */
  adminPassword?: string;
  /** Who can sign in to the demo workspace; empty in production, where there is none. */
  demo: DemoSignIn[];
}

export interface SeedOptions {
  databaseUrl: string;
  settings: Pick<Settings, 'ADMIN_EMAIL' | 'ADMIN_PASSWORD' | 'NODE_ENV'>;
  log: (line: string) => void;
}

/** Adds what a new installation needs and leaves what is there as it is; safe to run at every start. */
export async function seed({ databaseUrl, settings, log }: SeedOptions): Promise<SeedResult> {
  const database = createDatabase(databaseUrl, 2);
  try {
    const adminPassword = await seedAdmin(database, settings, log);
    const demo = settings.NODE_ENV === 'production' ? [] : await seedDemo(database, log);
    return { demo, ...(adminPassword === undefined ? {} : { adminPassword }) };
  } finally {
    await database.$disconnect();
  }
}

/** Makes the super admin unless somebody has the address. Returns the password when it was made up. */
async function seedAdmin(
  database: Database,
  { ADMIN_EMAIL, ADMIN_PASSWORD }: SeedOptions['settings'],
  log: SeedOptions['log'],
): Promise<string | undefined> {
  const email = normaliseEmail(ADMIN_EMAIL);
  if (await database.user.findUnique({ where: { email }, select: { id: true } })) return undefined;
  const generated = ADMIN_PASSWORD === undefined ? randomBytes(15).toString('base64url') : undefined;
  const passwordHash = await hashPassword(ADMIN_PASSWORD ?? generated ?? '');
  await database.$transaction((tx) =>
    createUser(tx, { email, name: 'Admin', passwordHash, superAdmin: true }),
  );
  log(`made the super admin ${email}`);
  return generated;
}
