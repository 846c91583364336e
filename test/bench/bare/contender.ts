import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createTemporalClient } from '../../../infra/temporal/client';
import type { BenchRoom, Contender, Crowd } from '../contender';
import { createCounter, inLanes } from '../flood';
import { startNode, type NodeProcess } from '../node-process';
import type { Servers } from '../servers';
import { createStopwatch } from '../stopwatch';
import { bareChannel, type BareEvent } from './activities';
import { bareTaskQueue } from './task-queue';
import type { bareRoom, BareMessage } from './workflow';

/** As many messages under way as the other contender has. */
const floodInFlight = 200;

const schema = `
  CREATE SCHEMA IF NOT EXISTS bare;
  CREATE TABLE IF NOT EXISTS bare.messages (
    id uuid PRIMARY KEY, room_id uuid NOT NULL, seq int NOT NULL, author text NOT NULL, text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), UNIQUE (room_id, seq))`;

/** The bare room: a client of Temporal and a subscriber of Redis, nothing in between. */
export async function startBare(servers: Servers, profileFolder?: string): Promise<Contender> {
  const { temporal, databaseUrl, redisUrl, modelUrl, folder } = servers;
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  await pool.query(schema);
  const start = (): Promise<NodeProcess> =>
    startNode({
      name: 'bare-worker',
      script: 'test/bench/bare/worker.ts',
      args: [temporal.address, temporal.namespace, databaseUrl, redisUrl, `${modelUrl}/v1`],
      folder,
      profileFolder,
    });
  const worker = await start();
  const running = [worker];
  const client = createTemporalClient(temporal);
  const redis = new Redis(redisUrl);
  const listeners = new Map<string, (event: BareEvent, at: number) => void>();
  await redis.psubscribe(bareChannel('*'));
  redis.on('pmessage', (_pattern: string, channel: string, payload: string) => {
    listeners.get(channel)?.(JSON.parse(payload) as BareEvent, performance.now());
  });

  async function post(roomId: string, message: BareMessage): Promise<void> {
    await client.workflow.signalWithStart<typeof bareRoom, [BareMessage]>('bareRoom', {
      workflowId: `bare:${roomId}`,
      taskQueue: bareTaskQueue,
      args: [roomId, 0],
      signal: 'post',
      signalArgs: [message],
    });
  }

  function openRoom(asks: boolean): BenchRoom {
    const roomId = randomUUID();
    const channel = bareChannel(roomId);
    const watch = createStopwatch(asks);
    let current = '';
    listeners.set(channel, (event, at) => {
      if (event.type === 'token') watch.mark('firstToken', at);
      else if (event.message.id === current) watch.mark('created', at);
      else if (event.message.author === 'agent') watch.mark('answered', at);
    });
    return {
      async exchange(text) {
        current = randomUUID();
        const done = watch.start();
        const accepted = post(roomId, { id: current, text, asks }).then(() => watch.mark('accepted'));
        return (await Promise.all([done, accepted]))[0];
      },
      close: () => void listeners.delete(channel),
    };
  }

  async function openCrowd(size: number): Promise<Crowd> {
    const script = 'test/bench/bare/fan-out-server.ts';
    const server = await startNode({ name: 'bare-fan-out', script, args: [redisUrl], folder });
    const roomId = randomUUID();
    return {
      sockets: Array.from({ length: size }, () => ({ url: String(server.hello.listening), token: '' })),
      pids: { 'fan-out': server.pid },
      post: (text) => post(roomId, { id: randomUUID(), text, asks: false }),
      close: () => server.kill(),
    };
  }

  return {
    name: 'bare',
    openRooms: (count, { agent }) => Promise.resolve(Array.from({ length: count }, () => openRoom(agent))),
    openCrowd,
    async flood(count) {
      const roomId = randomUUID();
      const counter = createCounter(count);
      listeners.set(bareChannel(roomId), () => counter.count());
      const begun = performance.now();
      await inLanes(count, floodInFlight, (index) =>
        post(roomId, { id: randomUUID(), text: `message ${index}`, asks: false }),
      );
      const ended = await counter.complete;
      listeners.delete(bareChannel(roomId));
      return (count * 1000) / (ended - begun);
    },
    pids: () => ({ worker: worker.pid }),
    async startWorker() {
      const extra = await start();
      running.push(extra);
      return () => extra.kill();
    },
    async storedAnswers() {
      const sql = `SELECT count(*)::int AS answers FROM bare.messages WHERE author = 'agent'`;
      const { rows } = await pool.query<{ answers: number }>(sql);
      return rows[0]?.answers ?? 0;
    },
    async stop() {
      redis.disconnect();
      await Promise.all([pool.end(), client.connection.close(), ...running.map((each) => each.stop())]);
    },
  };
}
