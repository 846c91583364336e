import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Redis } from 'ioredis';
import OpenAI from 'openai';
import { Pool } from 'pg';
import { bareTaskQueue } from './task-queue';
import { createBareActivities } from './activities';

/** A worker with the SDK's defaults. Usage: worker.ts ADDRESS NAMESPACE DATABASE_URL REDIS_URL MODEL_URL */
async function main([
  address = '',
  namespace = '',
  databaseUrl = '',
  redisUrl = '',
  baseURL = '',
]: string[]): Promise<void> {
  Runtime.install({});
  const pool = new Pool({ connectionString: databaseUrl, max: 10 });
  const redis = new Redis(redisUrl);
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue: bareTaskQueue,
    workflowsPath: require.resolve('./workflow.ts'),
    activities: createBareActivities(pool, redis, new OpenAI({ apiKey: 'offline', baseURL, maxRetries: 0 })),
  });
  const running = worker.run();
  process.stdout.write('{"ready":true}\n');
  await running;
  redis.disconnect();
  await pool.end();
}

void main(process.argv.slice(2));
