import fc from 'fast-check';
import type { CompiledNode, CompiledScope } from '../../../workflows/contracts/graph/compiled';
import { compileGraph } from '../../../workflows/graph/compile';
import { decide, hasEnded } from '../../../workflows/run/settle';
import type { NodeState } from '../../../workflows/contracts/run/run';
import { arbitraryGraph } from '../../support/graphs/arbitrary-graph';
import { catalogue } from '../../support/graphs/catalogue';

/** How a node ends if it fires: decided beforehand, so that the order cannot matter. */
type Ending = Pick<NodeState, 'status' | 'handles'>;
type Endings = ReadonlyMap<string, Ending>;

/** Endings by numbers: some ways out, or a failure, with or without a way out. */
function endingsOf({ nodes }: CompiledScope, numbers: readonly number[]): Endings {
  const waysOf = ({ id }: CompiledNode): string[] => [
    ...new Set(
      nodes.flatMap((node) => node.in.filter(({ from }) => from === id).map(({ handle }) => handle)),
    ),
    'out',
  ];
  return new Map<string, Ending>(
    nodes.map((node, at): [string, Ending] => {
      const number = numbers[at % numbers.length] ?? 0;
      const handles = waysOf(node).filter((_, way) => (number >> way) % 2 === 1);
      if (number % 7 === 0) return [node.id, { status: 'failed' }];
      return [node.id, { status: number % 5 === 0 ? 'failed' : 'completed', handles }];
    }),
  );
}

/** The interpreter's rules, with nodes that end in any order. */
function race(scope: CompiledScope, endings: Endings, order: readonly number[]): Record<string, string> {
  const inside = new Set(scope.nodes.map(({ id }) => id));
  const states: Record<string, NodeState> = {};
  const running: string[] = [];
  for (let step = 0; ; step += 1) {
    for (const node of scope.nodes) {
      if (states[node.id] !== undefined) continue;
      const firing = decide(node, states, inside);
      if (firing === 'skip') states[node.id] = { status: 'skipped' };
      if (firing === 'fail') states[node.id] = { status: 'failed' };
      if (firing !== 'fire') continue;
      states[node.id] = { status: 'running' };
      running.push(node.id);
      for (const loser of node.rule.type === 'quorum' ? node.rule.losers : []) {
        if (hasEnded(states[loser])) continue;
        states[loser] = { status: 'cancelled' };
        if (running.includes(loser)) running.splice(running.indexOf(loser), 1);
      }
    }
    // A node may have been settled by one that comes after it.
    const [next] = running.splice((order[step % order.length] ?? 0) % Math.max(1, running.length), 1);
    if (next === undefined) {
      const open = scope.nodes.filter(
        (node) => states[node.id] === undefined && decide(node, states, inside) !== 'wait',
      );
      if (open.length === 0) break;
      continue;
    }
    states[next] = { ...endings.get(next), status: endings.get(next)?.status ?? 'completed' };
  }
  return Object.fromEntries(scope.nodes.map(({ id }) => [id, states[id]?.status ?? 'open']));
}

/** The same, one node after the other, by the published rules. */
function inOrder(scope: CompiledScope, endings: Endings): Record<string, string> {
  const found = new Map<string, Ending>();
  for (const node of scope.nodes) {
    const edges = node.in.map(({ from, handle }) => {
      const { status, handles } = found.get(from) ?? { status: 'completed', handles: [handle] };
      if (handles) return handles.includes(handle) ? 'taken' : 'skipped';
      return status === 'failed' ? 'failed' : 'skipped';
    });
    const taken = edges.filter((edge) => edge === 'taken').length;
    const need = node.rule.type === 'quorum' ? node.rule.need : Math.min(1, edges.length);
    const instead = node.rule.type === 'quorum' && edges.includes('failed') ? 'failed' : 'skipped';
    found.set(
      node.id,
      taken >= need ? (endings.get(node.id) ?? { status: 'completed' }) : { status: instead },
    );
  }
  return Object.fromEntries([...found].map(([id, { status }]) => [id, status]));
}

const scopes = (scope: CompiledScope): CompiledScope[] => [
  scope,
  ...scope.nodes.flatMap(({ body }) => (body ? scopes(body) : [])),
];
const numbers = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 30 });

test('whatever the order in which nodes end, the same ones fire', () => {
  fc.assert(
    fc.property(arbitraryGraph({ nodes: 20 }), numbers, numbers, ({ document }, ends, order) => {
      for (const scope of scopes(compileGraph(document, catalogue).root)) {
        const endings = endingsOf(scope, ends);
        expect(race(scope, endings, order)).toEqual(inOrder(scope, endings));
      }
    }),
    { numRuns: 3000 },
  );
});

test('with joins that race, every node ends all the same', () => {
  fc.assert(
    fc.property(arbitraryGraph({ nodes: 20, races: true }), numbers, numbers, ({ document }, ends, order) => {
      for (const scope of scopes(compileGraph(document, catalogue).root)) {
        const statuses = Object.values(race(scope, endingsOf(scope, ends), order));
        expect(statuses).not.toContain('open');
        expect(statuses).not.toContain('running');
      }
    }),
    { numRuns: 3000 },
  );
});
