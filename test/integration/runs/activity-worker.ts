import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, type PayloadCodec } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createTemporalClient } from '../../../infra/temporal/client';

/** Activities as a worker runs them: in a workflow on the Temporal of the test run. */
export interface ActivityWorker {
  client: Client;
  start(name: string, ...args: unknown[]): Promise<WorkflowHandle>;
  call<T>(name: string, ...args: unknown[]): Promise<T>;
  /** The failure that a call ends with. */
  failureOf(name: string, ...args: unknown[]): Promise<ApplicationFailure>;
  stop(): Promise<void>;
}

export async function startActivityWorker(
  activities: object,
  codecs: PayloadCodec[] = [],
): Promise<ActivityWorker> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const address = process.env.TEMPORAL_ADDRESS ?? '';
  const taskQueue = `test-${randomUUID()}`;
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    ...{ connection, taskQueue, activities },
    workflowsPath: require.resolve('./activity-workflow.ts'),
    dataConverter: { payloadCodecs: codecs },
    maxHeartbeatThrottleInterval: '1s',
  });
  const running = worker.run();
  const client = createTemporalClient({ address, namespace: 'default' }, codecs);

  const start = (name: string, ...args: unknown[]): Promise<WorkflowHandle> =>
    client.workflow.start('callActivity', {
      ...{ taskQueue, workflowId: `test:${randomUUID()}` },
      args: [name, args, {}],
      workflowExecutionTimeout: '50s',
    });
  const call = async (name: string, ...args: unknown[]): Promise<unknown> =>
    (await start(name, ...args)).result();

  return {
    client,
    start,
    call: async <T>(name: string, ...args: unknown[]) => (await call(name, ...args)) as T,
    failureOf: async (name, ...args) => {
      const error: unknown = await call(name, ...args).catch((caught: unknown) => caught);
      if (!(error instanceof WorkflowFailedError))
        throw new Error('The activity did not fail', { cause: error });
      const activity = error.cause;
      const cause = activity instanceof ActivityFailure ? activity.cause : activity;
      if (!(cause instanceof ApplicationFailure)) throw new Error('Another failure was expected', { cause });
      return cause;
    },
    stop: async () => {
      worker.shutdown();
      await running;
      await client.connection.close();
      await connection.close();
    },
  };
}
