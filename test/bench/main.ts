import path from 'node:path';
import { Command } from 'commander';
import { startBare } from './bare/contender';
import { describeMachine, load } from './machine';
import { compiling } from './measures/compile';
import { fanOut } from './measures/fan-out';
import { graphRuns } from './measures/graph-runs';
import { postLatency, turnLatency } from './measures/latency';
import type { BenchContext, Measure, Row } from './measures/measure';
import { messagesPerSecond } from './measures/messages';
import { takeover } from './measures/takeover';
import { triggers } from './measures/triggers';
import { turnsPerSecond } from './measures/turns';
import { killAll, projectRoot } from './node-process';
import { startOurs, type Ours } from './ours';
import { residentMb } from './proc';
import { startServers } from './servers';
import { tableOf, writePage } from './table';

/** In the order in which they run. (g) ends a worker. */
const measures: readonly { keys: string; measure: Measure }[] = [
  { keys: 'ab', measure: postLatency },
  { keys: 'c', measure: turnLatency },
  { keys: 'd', measure: turnsPerSecond },
  { keys: 'e', measure: messagesPerSecond },
  { keys: 'f', measure: fanOut },
  { keys: 'hij', measure: graphRuns },
  { keys: 'k', measure: compiling },
  { keys: 'g', measure: takeover },
  { keys: 'no', measure: triggers },
];

const targetMb = 600;

interface Options {
  only?: string[];
  quick: boolean;
  profile?: string;
  build?: string;
}

/** `npm run bench`: the product against a bare Temporal room workflow, on the same servers, in turns. */
async function bench({ only, quick, profile, build }: Options): Promise<void> {
  const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
  const loadBefore = load();
  const begun = new Date();
  say('starting servers and both contenders');
  const servers = await startServers();
  const started: { stop(): Promise<void> }[] = [];
  let failed = true;
  try {
    const ours = await startOurs(servers, { profileFolder: profile, build });
    started.unshift(ours);
    const bare = await startBare(servers, profile);
    started.unshift(bare);
    const measuring = measureAll({ servers, ours, bare, quick, say, profile }, only);
    const rows = await Promise.race([measuring, interruption()]);
    const whole = only === undefined && !quick;
    const content = [
      `Measured ${begun.toISOString().slice(0, 10)} on ${describeMachine()}. Load before the run: ${loadBefore}.`,
      tableOf(rows),
    ].join('\n\n');
    console.log(`\n${content}\n`);
    if (whole) writePage(path.join(projectRoot, 'docs/benchmarks.md'), content);
    failed = false;
  } finally {
    for (const each of started) await each.stop();
    killAll();
    if (failed) say(`it failed; logs are kept in ${servers.folder}`);
    await servers.stop(failed);
  }
}

/** Rejects when somebody wants to stop. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
    }
  });
}

async function measureAll(context: BenchContext, only: string[] | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { keys, measure } of measures) {
    if (only && !only.some((key) => keys.includes(key))) continue;
    context.say(`measuring ${keys}`);
    // Before workers come and go.
    if (keys === 'g') rows.push(memoryRow(context.ours));
    rows.push(...(await measure(context)));
  }
  if (!rows.some(({ key }) => key === 'm')) rows.push(memoryRow(context.ours));
  return rows;
}

function memoryRow({ main: { api, worker } }: Ours): Row {
  const [ofApi, ofWorker] = [residentMb(api.pid), residentMb(worker.pid)];
  const peak = ofApi.peak + ofWorker.peak;
  return {
    key: 'm',
    what: 'memory of API plus worker at its peak',
    ours: `${peak.toFixed(0)} MB (${ofApi.peak.toFixed(0)} + ${ofWorker.peak.toFixed(0)})`,
    bare: '',
    ratio: '',
    target: `≤ ${targetMb} MB`,
    met: peak <= targetMb,
  };
}

async function main(): Promise<void> {
  const program = new Command('bench')
    .option('--only <letters>', 'only these measures, such as a,d', (value) => value.split(','))
    .option('--quick', 'few repetitions: shows that it works, not how fast it is', false)
    .option('--profile <folder>', 'write CPU profiles of the product’s processes and the bare worker there')
    .option('--build <folder>', 'compiled product to measure', 'dist')
    .parse();
  await bench(program.opts<Options>());
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    killAll();
    process.exit(1);
  },
);
