import type { BenchRoom, Contender } from '../contender';
import { addTo, startCpuMeter, sumOf, type CpuTimes } from '../cpu-meter';
import { inLanes } from '../flood';
import { times, type Measure } from './measure';

const rooms = 50;
const warmUpAtOnce = 5;
const text = '[[tokens: 40]]';

interface Total {
  turns: number;
  seconds: number;
  cpu: CpuTimes;
}

/** (d): fifty rooms, in each one turn after the other, without model latency. */
export const turnsPerSecond: Measure = async ({ ours, bare, servers, quick, say }) => {
  const rounds = quick ? 1 : 4;
  const turnsEach = quick ? 3 : 10;
  const totals = { ours: empty(), bare: empty() };
  const contenders = [ours, bare];
  const opened = {
    ours: await ours.openRooms(rooms, { agent: true, listener: false }),
    bare: await bare.openRooms(rooms, { agent: true, listener: false }),
  };
  for (const { name } of contenders) {
    await inLanes(rooms, warmUpAtOnce, async (index) => {
      await opened[name][index]?.exchange(text);
    });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) {
      const total = await measure(contender, opened[contender.name], turnsEach, servers.pids);
      say(`(d) ${contender.name}: ${(total.turns / total.seconds).toFixed(1)} turns a second`);
      const sum = totals[contender.name];
      sum.turns += total.turns;
      sum.seconds += total.seconds;
      addTo(sum.cpu, total.cpu);
    }
  }
  for (const room of [...opened.ours, ...opened.bare]) room.close();
  const rate = ({ turns, seconds }: Total): number => turns / seconds;
  const cpu = ({ turns, cpu: used }: Total): number => (withoutClient(used) * 1000) / turns;
  const share = rate(totals.ours) / rate(totals.bare);
  return [
    {
      key: 'd',
      what: `turns a second over ${rooms} rooms`,
      ours: rate(totals.ours).toFixed(1),
      bare: rate(totals.bare).toFixed(1),
      ratio: times(share),
      target: '≥ 0.80×',
      met: share >= 0.8,
    },
    {
      key: 'd',
      what: 'CPU seconds for 1,000 turns, all processes but the client',
      ours: cpu(totals.ours).toFixed(1),
      bare: cpu(totals.bare).toFixed(1),
      ratio: times(cpu(totals.ours) / cpu(totals.bare)),
      target: '',
      met: null,
    },
    {
      key: 'd',
      what: 'the same by process, and the client',
      ours: byProcess(totals.ours),
      bare: byProcess(totals.bare),
      ratio: '',
      target: '',
      met: null,
    },
  ];
};

const empty = (): Total => ({ turns: 0, seconds: 0, cpu: {} });

const withoutClient = (cpu: CpuTimes): number => sumOf(cpu) - (cpu.client ?? 0);

const byProcess = ({ cpu, turns }: Total): string =>
  Object.entries(cpu)
    .map(([name, seconds]) => `${name} ${((seconds * 1000) / turns).toFixed(1)}`)
    .join(', ');

async function measure(
  contender: Contender,
  opened: readonly BenchRoom[],
  turnsEach: number,
  servers: Readonly<Record<string, number>>,
): Promise<Total> {
  const cpuSince = startCpuMeter({ ...contender.pids(), ...servers });
  const begun = performance.now();
  await converse(opened, turnsEach);
  return {
    turns: opened.length * turnsEach,
    seconds: (performance.now() - begun) / 1000,
    cpu: cpuSince(),
  };
}

async function converse(opened: readonly BenchRoom[], turnsEach: number): Promise<void> {
  await Promise.all(
    opened.map(async (room) => {
      for (let turn = 0; turn < turnsEach; turn += 1) await room.exchange(text);
    }),
  );
}
