import { RoomSocket } from './room-socket';
import { startProcess, type ProductProcess } from './processes';

// What its processes do takes several times as long while other tests have the machine.
jest.setTimeout(180_000);

/** An API and a worker of the product, on the servers of the test run. */
export interface TestApp {
  readonly apiUrl: string;
  readonly api: ProductProcess;
  readonly worker: ProductProcess;
  /** Environment that its processes share; for starting more of them. */
  readonly env: Record<string, string>;
  startApi(env?: Record<string, string>): Promise<ProductProcess>;
  startWorker(env?: Record<string, string>): Promise<ProductProcess>;
  /** The model server of this app alone, when it was asked for: counts calls at `/_admin/calls`. */
  readonly modelUrl: string;
  stop(): Promise<void>;
}

export interface TestAppOptions {
  env?: Record<string, string>;
  /** Flags of its model server. Each app has its own, so that it can count calls. */
  modelArgs?: string[];
}

/**
 * Starts the product's processes. Servers come from the environment that `npm test` sets (DATABASE_URL, REDIS_URL,
 * TEMPORAL_ADDRESS), or from `env`.
 */
export async function startTestApp({
  env: given = {},
  modelArgs = [],
}: TestAppOptions = {}): Promise<TestApp> {
  const model = await startProcess('model-server', {}, ['--port', '0', '--host', '127.0.0.1', ...modelArgs]);
  const modelUrl = String(model.hello.listening);
  const env: Record<string, string> = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    OPENAI_API_KEY: 'offline',
    OPENAI_BASE_URL: `${modelUrl}/v1`,
    MESSAGES_PER_MINUTE: '1000000',
    REQUESTS_PER_MINUTE: '1000000',
    SIGN_IN_FAILURES: '1000',
    ...given,
  };
  const started: ProductProcess[] = [model];
  const start = async (app: 'api' | 'worker', more: Record<string, string> = {}): Promise<ProductProcess> => {
    const running = await startProcess(app, { ...env, ...(app === 'api' ? { PORT: '0' } : {}), ...more });
    started.push(running);
    return running;
  };
  const startApi = (more?: Record<string, string>): Promise<ProductProcess> => start('api', more);
  const startWorker = (more?: Record<string, string>): Promise<ProductProcess> => start('worker', more);
  const [api, worker] = await Promise.all([startApi(), startWorker()]);
  return {
    apiUrl: String(api.hello.listening),
    api,
    worker,
    env,
    startApi,
    startWorker,
    modelUrl,
    stop: async () => {
      RoomSocket.closeAll();
      await Promise.all(started.map((running) => running.stop()));
    },
  };
}
