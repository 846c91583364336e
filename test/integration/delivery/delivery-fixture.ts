import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { createDatabase, type Database } from '../../../infra/database/client';
import { migrate } from '../../../infra/database/migrate';
import { createLogger } from '../../../infra/logger/logger';
import { newSecret } from '../../../infra/secrets/rotating-secrets';
import { createSecretBox, type SecretBox } from '../../../infra/secrets/secret-box';
import { createTemporalClient } from '../../../infra/temporal/client';
import { createWebhookGateway } from '../../../infra/temporal/temporal-webhook-gateway';
import type { Prisma, WebhookDelivery, WebhookSubscription } from '../../../prisma/generated/client';
import { webhookWorkflowId } from '../../../workflows/contracts/webhooks';
import { eventually } from '../../support/eventually';
import { startOwnTemporal } from '../../support/own-temporal';
import { startProcess, type ProductProcess } from '../../support/processes';
import { freshDatabase } from '../stack/coagent';

/** The webhooks of a workspace, with a Temporal and a database of their own: other workers would deliver for them, too. */
export interface DeliveryFixture {
  readonly database: Database;
  readonly client: Client;
  readonly address: string;
  readonly box: SecretBox;
  readonly workspaceId: string;
  /** Environment of its processes: deliveries are repeated every second. */
  readonly env: Record<string, string>;
  /** A worker of the product. */
  startWorker(env?: Record<string, string>): Promise<ProductProcess>;
  subscribe(url: string, more?: Partial<Prisma.WebhookSubscriptionUncheckedCreateInput>): Promise<Subscribed>;
  /** Stores that something happened, in order, and tells the deliveries so. */
  happen(subscriptionId: string, ...payloads: Prisma.InputJsonObject[]): Promise<string[]>;
  wake(subscriptionId: string): void;
  subscription(id: string): Promise<WebhookSubscription>;
  delivery(id: string): Promise<WebhookDelivery>;
  /** A delivery once it is no longer pending. */
  settled(id: string, seconds?: number): Promise<WebhookDelivery>;
  /** How often Temporal has tried what the subscription's workflow is at. */
  attempt(subscriptionId: string): Promise<number>;
  stop(): Promise<void>;
}

export interface Subscribed {
  id: string;
  secret: string;
}

export async function openDeliveryFixture(): Promise<DeliveryFixture> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'coagent-delivery-'));
  const temporal = await startOwnTemporal(dataDir);
  const own = await freshDatabase();
  await migrate(own.url);
  const secretKey = process.env.SECRET_KEY ?? '';
  const env = {
    ...{ NODE_ENV: 'test', LOG_LEVEL: 'info', DATA_DIR: dataDir, OPENAI_API_KEY: 'offline' },
    ...{
      DATABASE_URL: own.url,
      TEMPORAL_ADDRESS: temporal.url,
      SECRET_KEY: secretKey,
      OUTBOUND_ALLOWED: '127.0.0.1/32',
    },
    ...{ WEBHOOK_RETRY_INITIAL_SECONDS: '1', WEBHOOK_RETRY_MAX_SECONDS: '1' },
    // Longer than a busy machine stands still: it answers at once then.
    WEBHOOK_TIMEOUT_SECONDS: '8',
  };
  const database = createDatabase(own.url, 10);
  const client = createTemporalClient({ address: temporal.url, namespace: 'default' });
  const gateway = createWebhookGateway(client, createLogger('test', 'silent'));
  const box = createSecretBox(secretKey);
  const { id: workspaceId } = await database.workspace.create({ data: { slug: randomUUID(), name: 'W' } });
  const started: ProductProcess[] = [];

  const wake = (subscriptionId: string): void => gateway.wake([{ subscriptionId, workspaceId }]);
  const delivery = (id: string): Promise<WebhookDelivery> =>
    database.webhookDelivery.findUniqueOrThrow({ where: { id } });

  return {
    ...{ database, client, address: temporal.url, box, workspaceId, env, wake, delivery },

    async startWorker(more = {}) {
      const worker = await startProcess('worker', { ...env, ...more });
      started.push(worker);
      return worker;
    },

    async subscribe(url, more = {}) {
      const { secret, stored } = newSecret(box, new Date());
      const { id } = await database.webhookSubscription.create({
        data: { workspaceId, name: 'Hook', url, eventTypes: ['run.completed'], secrets: [stored], ...more },
      });
      return { id, secret };
    },

    async happen(subscriptionId, ...payloads) {
      const ids: string[] = [];
      for (const payload of payloads) {
        const { id } = await database.webhookDelivery.create({
          data: { subscriptionId, eventId: randomUUID(), eventType: 'run.completed', payload },
        });
        ids.push(id);
      }
      wake(subscriptionId);
      return ids;
    },

    subscription: (id) => database.webhookSubscription.findUniqueOrThrow({ where: { id } }),

    settled: (id, seconds = 60) =>
      eventually(
        `the end of delivery ${id}`,
        async () => {
          const row = await delivery(id);
          return row.status === 'pending' ? null : row;
        },
        seconds,
      ),

    async attempt(subscriptionId) {
      const { raw } = await client.workflow.getHandle(webhookWorkflowId(subscriptionId)).describe();
      return raw.pendingActivities?.[0]?.attempt ?? 0;
    },

    async stop() {
      await Promise.all(started.map((worker) => worker.stop()));
      await client.connection.close();
      await temporal.stop();
      await database.$disconnect();
      await own.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
