import { latenciesOf } from '../../../apps/cli/replay/latencies';
import { PolicyIndex } from '../../../workflows/triggers/match';
import { median } from '../median';
import { createDecidingRoom } from '../triggers/deciding-room';
import { messageAt, mixedPolicies } from '../triggers/policies';
import { openSilentRooms, roomsEachMinute, type SilentRooms } from '../triggers/silent-rooms';
import { ms, type BenchContext, type Measure, type Row } from './measure';

const policyCount = 1000;
const decideTargetMs = 5;
const sweepTargetMs = 500;

/** (n): which of a thousand policies answer a message. (o): finding silent rooms among many, and telling them. */
export const triggers: Measure = async (context) => [...decide(context), ...(await sweep(context))];

function decide({ quick, say }: BenchContext): Row[] {
  const messages = quick ? 100 : 1000;
  const policies = mixedPolicies(policyCount);
  const loading = Array.from({ length: quick ? 5 : 50 }, () => timed(() => new PolicyIndex(policies)));
  const room = createDecidingRoom(policies);
  const [first = { supposing: 0, deciding: 0 }, ...rest] = Array.from(
    { length: messages + 1 },
    (_, index) => {
      const message = messageAt(index, policyCount);
      return { supposing: timed(() => room.suppose(message)), deciding: timed(() => room.decide(message)) };
    },
  );
  const decision = latenciesOf(rest.map(({ deciding }) => deciding));
  const both = latenciesOf(rest.map(({ supposing, deciding }) => supposing + deciding));
  const { fired, skipped } = room.counts;
  say(`(n) ${ms(decision.p50)} in the middle; ${fired} fired, ${skipped} skipped`);
  if (fired === 0 || skipped === 0) throw new Error('All policies decided alike.');
  const what = `${policyCount.toLocaleString('en')} policies in scope: deciding which answer a message`;
  return [
    rowOf('n', `${what}, p50`, decision.p50, decideTargetMs),
    rowOf('n', 'the same, p99', decision.p99),
    rowOf('n', 'the same and supposing it before the message is stored, p50', both.p50),
    rowOf('n', 'the same, the first message', first.supposing + first.deciding),
    rowOf('n', 'loading the policies, median', median(loading)),
  ];
}

async function sweep({ servers, quick, say }: BenchContext): Promise<Row[]> {
  const sweeps = quick ? 2 : 5;
  const rooms = await openSilentRooms(servers, quick ? 5000 : 100_000);
  try {
    const asleep = await sweepMinutes(rooms, 0, sweeps);
    const awake = await sweepMinutes(rooms, sweeps + 1, sweeps, (minute) => rooms.wake(minute));
    say(`(o) running: ${awake.map(ms).join(', ')}; not running: ${asleep.map(ms).join(', ')}`);
    const what = `sweep of ${rooms.count.toLocaleString('en')} rooms, ${roomsEachMinute} of them silent: found and told`;
    return [
      rowOf('o', `${what}, median of ${sweeps}`, median(awake), sweepTargetMs),
      rowOf('o', 'the same, rooms whose workflows do not run yet', median(asleep)),
    ];
  } finally {
    await rooms.close();
  }
}

/** One sweep a minute, from `first` on; the first warms up and is not counted. */
async function sweepMinutes(
  rooms: SilentRooms,
  first: number,
  count: number,
  prepare: (minute: number) => Promise<void> = () => Promise.resolve(),
): Promise<number[]> {
  const took: number[] = [];
  for (let minute = first; minute <= first + count; minute += 1) {
    await prepare(minute);
    took.push(await rooms.sweep(minute));
    await rooms.settled(minute);
  }
  return took.slice(1);
}

function timed(work: () => unknown): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

function rowOf(key: string, what: string, took: number, targetMs?: number): Row {
  return {
    ...{ key, what, ours: ms(took), bare: '', ratio: '' },
    target: targetMs === undefined ? '' : `≤ ${targetMs} ms`,
    met: targetMs === undefined ? null : took <= targetMs,
  };
}
