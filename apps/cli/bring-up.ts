import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../infra/config/read-environment';
import type { Settings } from '../../infra/config/settings';
import { migrate } from '../../infra/database/migrate';
import { StackError } from '../../infra/stack/embedded-server';
import { createNodeApp } from '../../infra/stack/node-app';
import { endLeftovers } from '../../infra/stack/process-records';
import type { Report } from '../../infra/stack/report';
import type { ServerGroup } from '../../infra/stack/server-group';
import { startStack, type Stack } from '../../infra/stack/stack';
import { seed, type SeedResult } from '../../prisma/seed';

export interface BringUpOptions {
  settings: Settings;
  environment: Environment;
  dataDir: string;
  report: Report;
  /** Where all processes are put. */
  group: ServerGroup;
}

export interface Running {
  stack: Stack;
  /** Base URL of the API. */
  api: string;
  seeded: SeedResult;
}

/** How long an embedded worker lets activities finish, so that everything ends within ten seconds. */
const workerGraceSeconds = 5;

/** Resolves when the API says that everything it needs answers. */
async function waitUntilHealthy(api: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  let last = 'no answer';
  while (Date.now() < deadline) {
    try {
      const response = await fetch(`${api}/health/ready`);
      if (response.ok) return;
      last = `${response.status} ${await response.text()}`;
    } catch (error) {
      last = String(error);
    }
    await sleep(100);
  }
  throw new StackError(
    `The API is up but not ready: ${last}`,
    'See which dependency it names, and the logs in DATA_DIR.',
  );
}

/** Starts the API and the worker; returns where the API listens. */
async function startApps({
  settings,
  dataDir,
  stack,
}: Pick<BringUpOptions, 'settings' | 'dataDir'> & { stack: Stack }): Promise<string> {
  const port = await stack.ports.pick(settings.PORT, settings.HOST);
  const apps = { ...stack.environment, PORT: String(port) };
  const grace = String(Math.min(settings.SHUTDOWN_GRACE_SECONDS, workerGraceSeconds));
  const worker = { ...apps, SHUTDOWN_GRACE_SECONDS: grace };
  const [{ url }] = await Promise.all([
    stack.bringUp('API', createNodeApp({ name: 'api', environment: apps, dataDir, graceMs: 3000 })),
    stack.bringUp('Worker', createNodeApp({ name: 'worker', environment: worker, dataDir, graceMs: 6000 })),
  ]);
  return url;
}

/** Servers, migrations, seed, then the API and the worker as processes of their own. */
export async function bringUp({
  settings,
  environment,
  dataDir,
  report,
  group,
}: BringUpOptions): Promise<Running> {
  const leftovers = await endLeftovers(dataDir);
  if (leftovers.length > 0)
    report.note(`ended processes that an earlier run left behind: ${leftovers.join(', ')}`);
  const stack = await startStack({ settings, environment, dataDir, report, group });
  const databaseUrl = stack.addresses.postgres;
  await report.step(
    'Migrations',
    () => migrate(databaseUrl),
    ({ applied }) => (applied.length === 0 ? 'up to date' : `applied ${applied.length}`),
  );
  const seeded = await report.step('Seed', (progress) => seed({ databaseUrl, settings, log: progress }));
  // At once, whatever comes next: nobody can learn it later.
  if (seeded.adminPassword !== undefined) {
    report.note(
      `super admin ${settings.ADMIN_EMAIL}, password ${seeded.adminPassword} (shown only this once)`,
    );
  }

  const url = await startApps({ settings, dataDir, stack });
  const api = url.replace('//0.0.0.0', '//127.0.0.1').replace('//[::]', '//[::1]').replace(/\/$/, '');
  await report.step('Health', () => waitUntilHealthy(api));
  return { stack, api, seeded };
}
