import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';

export const projectRoot = path.resolve(__dirname, '../..');

/** A process of the product, as a person would start it. */
export interface ProductProcess {
  readonly pid: number;
  /** What it said on its first line, parsed. */
  readonly hello: Record<string, unknown>;
  /** Everything it logged. */
  logs(): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

const startSeconds = 60;

/** Starts `dist/apps/<app>/main.js` and waits for the JSON line that says it is ready. */
export async function startProcess(
  app: 'api' | 'worker' | 'model-server',
  env: Record<string, string>,
  args: string[] = [],
): Promise<ProductProcess> {
  const script = path.join(projectRoot, 'dist/apps', app, 'main.js');
  const child = spawn(process.execPath, ['--enable-source-maps', script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  // Its last lines come before.
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const hello = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${app} ${why}:\n${lines.join('\n')}`));
    const timer = setTimeout(() => fail('was not ready in time'), startSeconds * 1000);
    const onLine = (line: string): void => {
      lines.push(line);
      if (!line.startsWith('{"listening"') && !line.startsWith('{"ready"')) return;
      clearTimeout(timer);
      resolve(JSON.parse(line) as Record<string, unknown>);
    };
    createInterface({ input: child.stdout }).on('line', onLine);
    createInterface({ input: child.stderr }).on('line', onLine);
    void ended.then(() => fail(`ended with code ${String(child.exitCode)}`));
  });
  return {
    pid: child.pid ?? 0,
    hello,
    logs: () => lines.join('\n'),
    stop: (signal = 'SIGTERM') => end(child, signal, ended),
    kill: () => end(child, 'SIGKILL', ended),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await ended;
}
