import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender, Crowd } from '../contender';
import { startCpuMeter, type CpuTimes } from '../cpu-meter';
import { timeMark, type CrowdResult } from '../crowd-mark';
import { ms, times, type Measure } from './measure';

const sockets = 1000;
const perSecond = 50;
const targetMs = 250;
const patienceMs = 120_000;
/** How long the last deliveries are waited for, in milliseconds. */
const lateMs = 20_000;

interface Outcome extends CrowdResult {
  sent: number;
  cpu: CpuTimes;
  seconds: number;
}

/** (f): a thousand sockets in one room that gets fifty messages a second. */
export const fanOut: Measure = async ({ ours, bare, servers, quick, say }) => {
  const seconds = quick ? 3 : 20;
  const results = new Map<Contender['name'], Outcome>();
  for (const contender of [ours, bare]) {
    const outcome = await measure(contender, seconds, servers.pids);
    results.set(contender.name, outcome);
    const { received, sent, outOfOrder, lost, p50, p99, cpu } = outcome;
    say(
      `(f) ${contender.name}: ${received} of ${sent * sockets} deliveries, ${outOfOrder} out of order, ${lost} sockets lost, p50 ${ms(p50)}, p99 ${ms(p99)}`,
    );
    say(
      `(f) ${contender.name}: CPU ${Object.entries(cpu)
        .map(([name, used]) => `${name} ${((used * 100) / outcome.seconds).toFixed(0)} %`)
        .join(', ')}`,
    );
  }
  const [our, their] = [results.get('ours'), results.get('bare')];
  if (!our || !their) return [];
  const whole = our.received === our.sent * sockets && our.outOfOrder === 0 && our.lost === 0;
  return [
    {
      key: 'f',
      what: '1,000 sockets in one room, 50 messages a second: delivery, p99',
      ours: `${ms(our.p99)}${whole ? '' : ' (with losses)'}`,
      bare: ms(their.p99),
      ratio: times(our.p99 / their.p99),
      target: `≤ ${targetMs} ms`,
      met: whole && our.p99 <= targetMs,
    },
    {
      key: 'f',
      what: 'the same, p50',
      ours: ms(our.p50),
      bare: ms(their.p50),
      ratio: times(our.p50 / their.p50),
      target: '',
      met: null,
    },
  ];
};

async function measure(
  contender: Contender,
  seconds: number,
  servers: Readonly<Record<string, number>>,
): Promise<Outcome> {
  const crowd = await contender.openCrowd(sockets);
  const child = fork(path.join(__dirname, '../crowd-process.ts'), { execArgv: ['--import', 'tsx'] });
  try {
    child.send({ sockets: crowd.sockets });
    const opened = await nextMessage(child);
    if (opened !== 'opened') throw new Error(`The crowd did not get in: ${String(opened)}`);
    await post(crowd, perSecond);
    await received(child, perSecond * sockets);
    child.send('forget');
    const cpuSince = startCpuMeter({
      ...contender.pids(),
      ...crowd.pids,
      ...servers,
      listeners: child.pid ?? 0,
    });
    const begun = performance.now();
    const sent = seconds * perSecond;
    await post(crowd, sent);
    const took = (performance.now() - begun) / 1000;
    const cpu = cpuSince();
    return { ...(await received(child, sent * sockets)), sent, cpu, seconds: took };
  } finally {
    child.kill('SIGKILL');
    await crowd.close();
  }
}

/** What the crowd has once it has everything, or when it stays behind. */
async function received(child: ChildProcess, due: number): Promise<CrowdResult> {
  const deadline = Date.now() + lateMs;
  for (;;) {
    child.send('report');
    const result = (await nextMessage(child)) as CrowdResult;
    if (result.received >= due || Date.now() > deadline) return result;
    await sleep(250);
  }
}

/** Posts at a steady rate, however long each takes. */
async function post(crowd: Crowd, count: number): Promise<void> {
  const begun = performance.now();
  const underWay: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    const wait = begun + (index * 1000) / perSecond - performance.now();
    if (wait > 0) await sleep(wait);
    underWay.push(crowd.post(`${timeMark}${process.hrtime.bigint()}`));
  }
  await Promise.all(underWay);
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The crowd does not answer.')), patienceMs);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve(message);
    });
  });
}
