import type { PayloadCodec } from '@temporalio/common';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createDeliveryActivities } from '../../activities/delivery/delivery-activities';
import { createModelActivities } from '../../activities/models/model-activities';
import type { ModelProvider } from '../../activities/models/model-provider';
import { createNodeModelActivities } from '../../activities/models/node-activities';
import { createRoomActivities } from '../../activities/persistence/room-activities';
import { createNodeCalls } from '../../activities/runs/node-calls';
import { createRunActivities } from '../../activities/runs/run-activities';
import type { RunRecorder } from '../../activities/runs/run-recorder';
import { builtInTools } from '../../activities/tools';
import { createToolActivities } from '../../activities/tools/tool-activities';
import { createTriggerActivities } from '../../activities/triggers/trigger-activities';
import type { Settings } from '../../infra/config/settings';
import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import type { Relay } from '../../infra/relay/relay';
import type { RoomActivityStore } from '../../infra/relay/room-activity';
import type { SecretBox } from '../../infra/secrets/secret-box';
import type { RoomGateway } from '../../infra/temporal/room-gateway';
import type { RunGateway } from '../../infra/temporal/run-gateway';
import type { TriggerGateway } from '../../infra/temporal/trigger-gateway';
import type { WebhookGateway } from '../../infra/temporal/webhook-gateway';
import type { EventSender } from '../../infra/triggers/event-sender';
import { createPriceList } from '../../infra/usage/prices';
import type { SchemaChecker } from '../../workflows/contracts/graph/catalogue';
import type { TaskQueue } from '../../workflows/contracts/task-queues';

export interface WorkerDeps {
  settings: Settings;
  connection: NativeConnection;
  /** File of the prebuilt workflow bundle. */
  workflowBundle: string;
  /** Keeps large values out of history. */
  codec: PayloadCodec;
  database: Database;
  relay: Relay;
  activity: RoomActivityStore;
  recorder: RunRecorder;
  rooms: RoomGateway;
  runs: RunGateway;
  triggers: TriggerGateway;
  webhooks: WebhookGateway;
  events: EventSender;
  secrets: SecretBox;
  schemas: SchemaChecker;
  provider: ModelProvider;
  logger: Logger;
}

/** One Temporal worker for each task queue that this process serves. */
export async function createWorkers(deps: WorkerDeps): Promise<Worker[]> {
  return Promise.all(
    deps.settings.WORKER_QUEUES.map((queue) =>
      Worker.create({ ...commonOptions(deps), taskQueue: queue, ...optionsOf(queue as TaskQueue, deps) }),
    ),
  );
}

function commonOptions({ settings, connection, codec }: WorkerDeps): Omit<WorkerOptions, 'taskQueue'> {
  return {
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    shutdownGraceTime: settings.SHUTDOWN_GRACE_SECONDS * 1000,
    // How late a cancellation may reach a model call.
    maxHeartbeatThrottleInterval: '1s',
    dataConverter: { payloadCodecs: [codec] },
  };
}

function optionsOf(queue: TaskQueue, deps: WorkerDeps): Partial<WorkerOptions> {
  const { settings, database, relay, provider, logger, recorder, schemas, rooms, webhooks, activity } = deps;
  switch (queue) {
    case 'control': {
      const { ROOM_TURN_SECONDS: turnSeconds, MODEL_TIMEOUT_SECONDS: modelSeconds } = settings;
      return {
        workflowBundle: { codePath: deps.workflowBundle },
        activities: {
          ...createRoomActivities({
            ...{ database, relay, activity, webhooks, logger },
            limits: { turnSeconds, modelSeconds },
          }),
          ...createRunActivities({
            ...{ database, recorder, logger, schemas, rooms },
            tools: new Set(builtInTools.keys()),
            limits: { modelSeconds, toolSeconds: settings.TOOL_TIMEOUT_SECONDS },
          }),
          ...createTriggerActivities(deps),
        },
        // After a worker was killed its workflows wait this long for it before another takes them over.
        stickyQueueScheduleToStartTimeout: '1s',
        maxCachedWorkflows: 500,
      };
    }
    case 'models': {
      const model = {
        ...{ database, relay, provider, logger },
        prices: createPriceList(settings.MODEL_PRICES),
        settings: {
          defaultModel: settings.DEFAULT_MODEL,
          historyTokens: settings.ROOM_HISTORY_TOKENS,
          maxOutputTokens: settings.MODEL_MAX_OUTPUT_TOKENS,
          deltaIntervalMs: settings.DELTA_INTERVAL_MS,
        },
      };
      return {
        maxConcurrentActivityTaskExecutions: settings.WORKER_MODEL_CONCURRENCY,
        activities: {
          ...createModelActivities(model),
          ...createNodeModelActivities({ ...model, calls: createNodeCalls(deps) }),
        },
      };
    }
    case 'tools':
      return {
        maxConcurrentActivityTaskExecutions: settings.WORKER_TOOL_CONCURRENCY,
        activities: createToolActivities({
          ...{ database, schemas, tools: builtInTools, events: deps.events },
          calls: createNodeCalls(deps),
        }),
      };
    case 'delivery':
      return {
        maxConcurrentActivityTaskExecutions: settings.WORKER_DELIVERY_CONCURRENCY,
        activities: createDeliveryActivities(deps),
      };
  }
}
