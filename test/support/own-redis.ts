import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRedis } from '../../infra/redis/client';
import { anyFreePort } from '../../infra/stack/ports';
import { obtainRedis } from '../../infra/stack/redis-binary';

/** A Redis server of one test's own, to be killed at will; it keeps its data. */
export interface OwnRedis {
  readonly url: string;
  /** kill -9. */
  kill(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

export async function startOwnRedis(): Promise<OwnRedis> {
  const command = await obtainRedis(process.env, () => undefined);
  const folder = mkdtempSync(path.join(tmpdir(), 'coagent-redis-'));
  const port = await anyFreePort();
  const url = `redis://127.0.0.1:${String(port)}`;
  let child: ChildProcess;

  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;

  async function start(): Promise<void> {
    const options = { port, bind: '127.0.0.1', dir: folder, appendonly: 'yes', appendfsync: 'everysec' };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const launch = (): void => {
      child = spawn(command, [...args, '--save', ''], { stdio: 'ignore' });
    };
    launch();
    const probe = createRedis(url);
    probe.on('error', () => undefined); // Not listening yet.
    while ((await probe.ping().catch(() => 'not yet')) !== 'PONG') {
      await new Promise((r) => setTimeout(r, 20));
      // Another program may have the port for a moment.
      if (!isRunning()) launch();
    }
    probe.disconnect();
  }

  async function kill(): Promise<void> {
    if (!isRunning()) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    url,
    start,
    kill,
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
