import { startGraphBench, type GraphBench, type TimedRun } from '../graphs/graph-bench';
import { chainGraph, fanOutGraph } from '../graphs/shapes';
import { median } from '../median';
import { ms, times, type Measure, type Row } from './measure';

const targetRatio = 1.3;
const targetEvents = 8;

interface Shape {
  key: string;
  what: string;
  bare: 'bareFanOut' | 'bareChain';
  nodes: number;
  rounds: number;
}

/** Of each shape, before it is measured: connections have then prepared their statements, and code is compiled. */
const warmUps = 5;

const shapes: readonly Shape[] = [
  ...[10, 100, 200].map((nodes): Shape => {
    // Short runs vary more.
    const rounds = nodes === 10 ? 45 : 15;
    return { key: 'h', what: `${nodes} tool nodes side by side`, bare: 'bareFanOut', nodes, rounds };
  }),
  { key: 'i', what: '50 tool nodes one after the other', bare: 'bareChain', nodes: 50, rounds: 15 },
];

/** (h), (i), (j): graphs run headless against workflows that make the same calls, in turns; and how long histories get. */
export const graphRuns: Measure = async ({ servers, quick, say, profile }) => {
  const bench = await startGraphBench(servers, profile);
  try {
    const rows: Row[] = [];
    for (const shape of shapes)
      rows.push(...(await measure(bench, quick ? { ...shape, rounds: 2 } : shape, say)));
    return rows;
  } finally {
    await bench.stop();
  }
};

async function measure(
  bench: GraphBench,
  { key, what, bare, nodes, rounds }: Shape,
  say: (line: string) => void,
): Promise<Row[]> {
  const runOurs = await bench.prepare(bare === 'bareChain' ? chainGraph(nodes) : fanOutGraph(nodes));
  const ours: TimedRun[] = [];
  const theirs: TimedRun[] = [];
  for (let round = -warmUps; round < rounds; round += 1) {
    const pair = [await runOurs(), await bench.runBare(bare, nodes)] as const;
    if (round < 0) continue;
    ours.push(pair[0]);
    theirs.push(pair[1]);
  }
  const took = (runs: readonly TimedRun[]): number => median(runs.map((run) => run.ms));
  const eventsEach = (runs: readonly TimedRun[]): number => median(runs.map(({ events }) => events)) / nodes;
  const [our, their] = [took(ours), took(theirs)];
  const [ourEvents, theirEvents] = [eventsEach(ours), eventsEach(theirs)];
  say(`(${key}) ${what}: ours ${ms(our)}, bare ${ms(their)}`);
  return [
    {
      ...{ key, what: `${what}, start → result, median`, ours: ms(our), bare: ms(their) },
      ratio: times(our / their),
      target: `≤ ${targetRatio}×`,
      met: our / their <= targetRatio,
    },
    {
      ...{ key: 'j', what: `history events per node: ${what}` },
      ours: ourEvents.toFixed(1),
      bare: theirEvents.toFixed(1),
      ratio: times(ourEvents / theirEvents),
      target: `≤ ${targetEvents}`,
      met: ourEvents <= targetEvents,
    },
  ];
}
