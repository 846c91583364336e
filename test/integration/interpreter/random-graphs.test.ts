import fc from 'fast-check';
import type { Json } from '../../../workflows/contracts/graph/document';
import { arbitraryGraph } from '../../support/graphs/arbitrary-graph';
import { interpret, type Outcome } from '../../support/graphs/reference-interpreter';
import { openRunFixture, type EndedRun, type RunFixture } from '../../support/graphs/run-fixture';

// Several times what a busy machine needs.
jest.setTimeout(180_000);

let runs: RunFixture;

beforeAll(async () => {
  runs = await openRunFixture();
});

afterAll(() => runs.stop());

/** What may differ from run to run is left out: the time of a delay, and the words of an error. */
function comparable(output: Json | undefined): Json {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return output ?? null;
  return Object.fromEntries(
    Object.entries(output).flatMap(([name, value]): [string, Json][] => {
      if (name === 'until') return [];
      if (name === 'detail') return [];
      return [[name, Array.isArray(value) ? value.map(comparable) : comparable(value)]];
    }),
  );
}

const expectedOf = (outcomes: Record<string, Outcome>): Record<string, object> =>
  Object.fromEntries(
    Object.entries(outcomes).map(([key, { status, output, handles }]) => [
      key,
      { status, output: handles.length > 0 ? comparable(output) : null },
    ]),
  );

const foundOf = ({ nodes }: EndedRun): Record<string, object> =>
  Object.fromEntries(
    Object.entries(nodes).map(([key, { status, output }]) => [key, { status, output: comparable(output) }]),
  );

test('150 random graphs: the same nodes fire with the same outputs as in a plain interpreter, and none hangs', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const cases = fc.sample(arbitraryGraph(), { seed, numRuns: 150 });
  for (let at = 0; at < cases.length; at += 25) {
    const batch = cases.slice(at, at + 25);
    const ids = await Promise.all(batch.map(({ document, payload }) => runs.run(document, payload)));
    const ended = await Promise.all(ids.map((id) => runs.ended(id, 120)));
    batch.forEach(({ document, payload }, index) => {
      const run = ended[index];
      if (!run) throw new Error('no run');
      const told = { seed, case: at + index, status: run.status, nodes: foundOf(run) };
      expect(told).toEqual({
        seed,
        case: at + index,
        status: 'completed',
        nodes: expectedOf(interpret(document, payload)),
      });
    });
  }
}, 600_000);
