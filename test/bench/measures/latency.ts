import { setTimeout as sleep } from 'node:timers/promises';
import { latenciesOf, type Latencies } from '../../../apps/cli/replay/latencies';
import type { BenchRoom, Contender, Exchange } from '../contender';
import { ms, times, type Measure, type Row } from './measure';

/** Between two exchanges, so that what one leaves to do does not slow the next, in milliseconds. */
const pauseMs = 10;
const answerText = '[[tokens: 40]]';

/** (a) and (b): one person posts, another listens, no agents. */
export const postLatency: Measure = async (context) => {
  const { ours, bare, quick, say } = context;
  const count = quick ? 30 : 300;
  const rooms = await openEach([ours, bare], 1, false);
  const samples = await alternate(rooms, count, 'How are you?');
  const roomId = await ours.newRoom(false);
  const http: number[] = [];
  for (let index = 0; index < count; index += 1) {
    http.push(await ours.postByHttp(roomId, 'How are you?'));
    await sleep(pauseMs);
  }
  const viaHttp = latenciesOf(http.slice(1));
  say(`(a) by HTTP: p50 ${ms(viaHttp.p50)}, p99 ${ms(viaHttp.p99)}`);
  return [
    row('a', 'post → `accepted`, p50', samples, 'accepted', 'p50', 10),
    row('a', 'the same, p99', samples, 'accepted', 'p99'),
    {
      key: 'a',
      what: '`POST /rooms/{id}/messages` → 202, p50',
      ours: ms(viaHttp.p50),
      bare: '',
      ratio: '',
      target: '',
      met: null,
    },
    row('b', 'post → `message.created` at another member, p50', samples, 'created', 'p50', 30),
    row('b', 'the same, p99', samples, 'created', 'p99'),
  ];
};

/** (c): one person posts, an agent answers without model latency. Rooms are changed, so that prompts stay short. */
export const turnLatency: Measure = async (context) => {
  const { ours, bare, quick } = context;
  const rooms = quick ? 2 : 10;
  const turnsEach = quick ? 10 : 20;
  const opened = await openEach([ours, bare], rooms, true);
  const samples = await alternate(opened, turnsEach, answerText);
  const ratio =
    latenciesOf(samples.ours.map(({ answered }) => answered)).p50 /
    latenciesOf(samples.bare.map(({ answered }) => answered)).p50;
  const whole = row('c', 'post → the whole answer, p50', samples, 'answered', 'p50');
  return [
    row('c', 'post → first token of the agent, p50', samples, 'firstToken', 'p50'),
    { ...whole, target: '≤ 1.5×', met: ratio <= 1.5 },
    row('c', 'the same, p99', samples, 'answered', 'p99'),
  ];
};

type Rooms = Record<Contender['name'], BenchRoom[]>;
type Samples = Record<Contender['name'], Exchange[]>;

async function openEach([ours, bare]: [Contender, Contender], count: number, agent: boolean): Promise<Rooms> {
  return { ours: await ours.openRooms(count, { agent }), bare: await bare.openRooms(count, { agent }) };
}

/** One exchange of ours, one of the bare room, and so on; the first in each room warms it up and is not counted. */
async function alternate(rooms: Rooms, countEach: number, text: string): Promise<Samples> {
  const samples: Samples = { ours: [], bare: [] };
  for (const [place, our] of rooms.ours.entries()) {
    const pair = { ours: our, bare: rooms.bare[place] } as const;
    for (let index = 0; index <= countEach; index += 1) {
      for (const name of ['ours', 'bare'] as const) {
        const exchange = await pair[name]?.exchange(text);
        if (index > 0 && exchange) samples[name].push(exchange);
        await sleep(pauseMs);
      }
    }
    pair.ours.close();
    pair.bare?.close();
  }
  return samples;
}

function row(
  key: string,
  what: string,
  samples: Samples,
  moment: keyof Exchange,
  rank: keyof Latencies,
  targetMs?: number,
): Row {
  const of = (name: Contender['name']): number =>
    latenciesOf(samples[name].map((exchange) => exchange[moment]))[rank];
  const [our, their] = [of('ours'), of('bare')];
  return {
    key,
    what,
    ours: ms(our),
    bare: ms(their),
    ratio: times(our / their),
    target: targetMs === undefined ? '' : `≤ ${targetMs} ms`,
    met: targetMs === undefined ? null : our <= targetMs,
  };
}
