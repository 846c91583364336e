import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from '../contender';
import type { Servers } from '../servers';
import { times, type Measure } from './measure';

const rooms = 20;
const modelLatencyMs = 500;
const targetSeconds = 5;
const patienceMs = 90_000;

/** (g): two workers, twenty turns waiting for the model, one worker is killed: until every answer is stored. */
export const takeover: Measure = async ({ ours, bare, servers, quick, say }) => {
  const rounds = quick ? 1 : 3;
  const taken = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of [ours, bare]) {
      const seconds = await measure(contender, servers);
      say(`(g) ${contender.name}: ${seconds.toFixed(2)} s`);
      taken[contender.name].push(seconds);
    }
  }
  const [our, their] = [Math.max(...taken.ours), Math.max(...taken.bare)];
  return [
    {
      key: 'g',
      what: `one of two workers killed with ${rooms} turns in flight: until all answers are stored, worst of ${rounds}`,
      ours: `${our.toFixed(2)} s`,
      bare: `${their.toFixed(2)} s`,
      ratio: times(our / their),
      target: `≤ ${targetSeconds} s`,
      met: our <= targetSeconds,
    },
  ];
};

async function measure(contender: Contender, servers: Servers): Promise<number> {
  const killWorker = await contender.startWorker();
  const opened = await contender.openRooms(rooms, { agent: true, listener: false });
  await setLatency(servers, modelLatencyMs);
  try {
    // Both workers get their share of the rooms.
    await Promise.all(opened.map((room) => room.exchange('[[tokens: 20]]')));
    const before = await contender.storedAnswers();
    const calls = await startedCalls(servers);
    const exchanges = opened.map((room) => room.exchange('[[tokens: 20]]'));
    await until(async () => (await startedCalls(servers)) >= calls + rooms, 5);
    await killWorker();
    const killed = performance.now();
    await until(async () => (await contender.storedAnswers()) >= before + rooms, 20);
    const seconds = (performance.now() - killed) / 1000;
    await Promise.all(exchanges);
    return seconds;
  } finally {
    await setLatency(servers, 0);
    for (const room of opened) room.close();
  }
}

async function until(reached: () => Promise<boolean>, everyMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error('The turns did not end.');
    await sleep(everyMs);
  }
}

async function startedCalls({ modelUrl }: Servers): Promise<number> {
  const response = await fetch(`${modelUrl}/_admin/calls`);
  return ((await response.json()) as { started: number }).started;
}

async function setLatency({ modelUrl }: Servers, latencyMs: number): Promise<void> {
  await fetch(`${modelUrl}/_admin/latency`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ latencyMs }),
  });
}
