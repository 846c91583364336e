import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import type { Account } from '../../apps/cli/replay/account';
import { createApiClient, type ApiClient } from '../../apps/cli/replay/api-client';
import { hirePerformer, type Performer } from '../../apps/cli/replay/performers';
import { openRoomClient, type RoomClient } from '../../apps/cli/replay/room-client';
import type { ServerFrame } from '../../workflows/contracts/events';
import type { BenchRoom, Contender, Crowd, RoomOptions } from './contender';
import { createCounter, inLanes } from './flood';
import { startNode, type NodeProcess } from './node-process';
import type { Servers } from './servers';
import { createStopwatch } from './stopwatch';

/** Sockets that one person may open. */
const socketsEach = 50;
const floodPosters = 10;
const floodInFlight = 20;
const openAtOnce = 5;

export interface Ours extends Contender {
  /** An exchange by HTTP: milliseconds until 202. */
  postByHttp(roomId: string, text: string): Promise<number>;
  newRoom(agent: boolean): Promise<string>;
  readonly main: { api: NodeProcess; worker: NodeProcess };
}

export interface OursOptions {
  profileFolder?: string | undefined;
  /** Folder of the compiled product. Default `dist`. */
  build?: string | undefined;
}

/** The product, as `npm start` runs it: one API, one worker, people on WebSockets. */
export async function startOurs(
  servers: Servers,
  { profileFolder, build = 'dist' }: OursOptions = {},
): Promise<Ours> {
  const { env, folder } = servers;
  const start = (app: 'api' | 'worker'): Promise<NodeProcess> =>
    startNode({
      name: app,
      script: `${build}/apps/${app}/main.js`,
      env: { ...env, PORT: '0' },
      folder,
      profileFolder,
    });
  const [api, worker] = await Promise.all([start('api'), start('worker')]);
  const running = [worker, api];
  const client: ApiClient = createApiClient(String(api.hello.listening));
  const pool = new Pool({ connectionString: servers.databaseUrl, max: 2 });
  const [owner, member] = await Promise.all([
    hirePerformer(client, 'Owner'),
    hirePerformer(client, 'Member'),
  ]);
  const agent = await owner.account.call<{ id: string }>('POST', '/agents', {
    name: 'Ada',
    instructions: 'You are a patient teacher.',
  });

  async function newRoom(withAgent: boolean, people: readonly Performer[] = [member]): Promise<string> {
    const { id } = await owner.account.call<{ id: string }>('POST', '/rooms', { name: 'Bench' });
    const path = `/rooms/${id}/members`;
    for (const { email } of people) await owner.account.call('POST', path, { email });
    if (withAgent) await owner.account.call('POST', path, { agentId: agent.id });
    return id;
  }

  const join = (
    account: Account,
    roomId: string,
    onFrame?: (frame: ServerFrame, at: number) => void,
  ): Promise<RoomClient> =>
    openRoomClient({
      apiUrl: client.url,
      account,
      roomId,
      framesPerSecond: 1e6,
      ...(onFrame ? { onFrame } : {}),
    });

  async function openRoom({ agent: withAgent, listener = true }: RoomOptions): Promise<BenchRoom> {
    const roomId = await newRoom(withAgent);
    const watch = createStopwatch(withAgent);
    let current = '';
    const listen = (frame: ServerFrame, at: number): void => {
      if (frame.type === 'message.delta') watch.mark('firstToken', at);
      if (frame.type === 'turn.failed') watch.fail(frame.error.code);
      if (frame.type !== 'message.created') return;
      if (frame.message.id === current) watch.mark('created', at);
      if (frame.message.author.kind === 'agent') watch.mark('answered', at);
    };
    const poster = await join(owner.account, roomId, listener ? undefined : listen);
    const other = listener ? await join(member.account, roomId, listen) : undefined;
    return {
      async exchange(text) {
        current = randomUUID();
        const done = watch.start();
        const accepted = poster.send({ id: current, text, mentions: [] }).then(() => watch.mark('accepted'));
        return (await Promise.all([done, accepted]))[0];
      },
      close() {
        poster.close();
        other?.close();
      },
    };
  }

  async function openCrowd(size: number): Promise<Crowd> {
    const people: Performer[] = [];
    await inLanes(Math.ceil(size / socketsEach), 2, async () => {
      people.push(await hirePerformer(client, 'Crowd'));
    });
    const roomId = await newRoom(false, people);
    const tokens = await Promise.all(people.map(({ account }) => account.token()));
    const url = `${client.url}/ws/rooms/${roomId}`;
    const sockets = Array.from({ length: size }, (_, index) => ({
      url,
      token: tokens[Math.floor(index / socketsEach)] ?? '',
    }));
    const poster = await join(owner.account, roomId);
    return {
      sockets,
      pids: {},
      post: async (text) => {
        await poster.send({ id: randomUUID(), text, mentions: [] });
      },
      close: () => {
        poster.close();
        return Promise.resolve();
      },
    };
  }

  async function flood(count: number): Promise<number> {
    const people: Performer[] = [];
    await inLanes(floodPosters, 2, async () => {
      people.push(await hirePerformer(client, 'Poster'));
    });
    const roomId = await newRoom(false, people);
    const counter = createCounter(count);
    const listener = await join(owner.account, roomId, ({ type }) => {
      if (type === 'message.created') counter.count();
    });
    const posters = await Promise.all(people.map(({ account }) => join(account, roomId)));
    const begun = performance.now();
    await inLanes(count, floodPosters * floodInFlight, async (index) => {
      const poster = posters[index % floodPosters];
      await poster?.send({ id: randomUUID(), text: `message ${index}`, mentions: [] });
    });
    const ended = await counter.complete;
    for (const socket of [listener, ...posters]) socket.close();
    return (count * 1000) / (ended - begun);
  }

  return {
    name: 'ours',
    main: { api, worker },
    newRoom,
    flood,
    openCrowd,
    async openRooms(count, options) {
      const rooms: BenchRoom[] = [];
      await inLanes(count, openAtOnce, async () => {
        rooms.push(await openRoom(options));
      });
      return rooms;
    },
    async postByHttp(roomId, text) {
      const token = await owner.account.token();
      const begun = performance.now();
      const response = await fetch(`${client.url}/api/v1/rooms/${roomId}/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
      });
      await response.arrayBuffer();
      if (response.status !== 202) throw new Error(`A post was answered by ${response.status}.`);
      return performance.now() - begun;
    },
    pids: () => ({ api: api.pid, worker: worker.pid }),
    async startWorker() {
      const extra = await start('worker');
      running.push(extra);
      return () => extra.kill();
    },
    async storedAnswers() {
      const sql = `SELECT count(*)::int AS answers FROM messages WHERE author_kind = 'agent'`;
      const { rows } = await pool.query<{ answers: number }>(sql);
      return rows[0]?.answers ?? 0;
    },
    async stop() {
      await pool.end();
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}
