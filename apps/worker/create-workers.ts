import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createModelActivities } from '../../activities/models/model-activities';
import type { ModelProvider } from '../../activities/models/model-provider';
import { createRoomActivities } from '../../activities/persistence/room-activities';
import type { Settings } from '../../infra/config/settings';
import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import type { Relay } from '../../infra/relay/relay';
import type { TaskQueue } from '../../workflows/contracts/task-queues';

export interface WorkerDeps {
  settings: Settings;
  connection: NativeConnection;
  /** File of the prebuilt workflow bundle. */
  workflowBundle: string;
  database: Database;
  relay: Relay;
  provider: ModelProvider;
  logger: Logger;
}

/** One Temporal worker for each task queue that this process serves. */
export async function createWorkers(deps: WorkerDeps): Promise<Worker[]> {
  return Promise.all(deps.settings.WORKER_QUEUES.map((queue) => createWorker(queue as TaskQueue, deps)));
}

function createWorker(queue: TaskQueue, deps: WorkerDeps): Promise<Worker> {
  const { settings, connection } = deps;
  const common: WorkerOptions = {
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    taskQueue: queue,
    shutdownGraceTime: settings.SHUTDOWN_GRACE_SECONDS * 1000,
    // How late a cancellation may reach a model call.
    maxHeartbeatThrottleInterval: '1s',
  };
  switch (queue) {
    case 'control':
      return Worker.create({
        ...common,
        workflowBundle: { codePath: deps.workflowBundle },
        activities: createRoomActivities({
          database: deps.database,
          relay: deps.relay,
          limits: { turnSeconds: settings.ROOM_TURN_SECONDS, modelSeconds: settings.MODEL_TIMEOUT_SECONDS },
        }),
        // After a worker was killed its workflows wait this long for it before another takes them over.
        stickyQueueScheduleToStartTimeout: '1s',
        maxCachedWorkflows: 500,
      });
    case 'models':
      return Worker.create({
        ...common,
        maxConcurrentActivityTaskExecutions: settings.WORKER_MODEL_CONCURRENCY,
        activities: createModelActivities({
          database: deps.database,
          relay: deps.relay,
          provider: deps.provider,
          logger: deps.logger,
          settings: {
            defaultModel: settings.DEFAULT_MODEL,
            historyTokens: settings.ROOM_HISTORY_TOKENS,
            maxOutputTokens: settings.MODEL_MAX_OUTPUT_TOKENS,
            deltaIntervalMs: settings.DELTA_INTERVAL_MS,
          },
        }),
      });
  }
}
