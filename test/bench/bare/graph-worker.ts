import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bareGraphQueue } from './graph-queue';

/** A worker with the SDK's defaults, for workflows only. Usage: graph-worker.ts ADDRESS NAMESPACE */
async function main([address = '', namespace = '']: string[]): Promise<void> {
  Runtime.install({});
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue: bareGraphQueue,
    workflowsPath: require.resolve('./graph-workflow.ts'),
  });
  const running = worker.run();
  process.stdout.write('{"ready":true}\n');
  await running;
}

void main(process.argv.slice(2));
