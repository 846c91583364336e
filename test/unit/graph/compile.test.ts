import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { GraphDocument, Json } from '../../../workflows/contracts/graph/document';
import { canonicalJson, compileGraph } from '../../../workflows/graph/compile';
import { normaliseDraft } from '../../../workflows/graph/normalise';
import { arbitraryGraph } from '../../support/graphs/arbitrary-graph';
import { catalogue, graph, node, problemsOf } from '../../support/graphs/catalogue';

const hash = (document: GraphDocument): string =>
  createHash('sha256')
    .update(canonicalJson(compileGraph(document, catalogue)))
    .digest('hex');

const race = graph(
  [
    node('start', 'trigger'),
    node('a', 'delay', { seconds: 1 }),
    node('b', 'delay', { seconds: 2 }),
    node('b2', 'transform', { output: { v: '1' } }),
    node('c', 'delay', { seconds: 3 }),
    node('elsewhere', 'transform', { output: { v: '1' } }),
    node('first', 'join', { mode: 'any' }),
  ],
  'start -> a',
  'start -> b',
  'start -> c',
  'b -> b2',
  'a -> first',
  'b2 -> first',
  'c -> first',
  'c -> elsewhere',
);

it('moving boxes and reordering nodes, edges and fields does not change the hash; meaning does', () => {
  fc.assert(
    fc.property(arbitraryGraph({ races: true }), fc.integer(), ({ document }, seed) => {
      const moved: GraphDocument = {
        schemaVersion: 1,
        viewport: { x: seed, y: 0, zoom: 2 },
        edges: document.edges.toReversed().map(({ id, ...rest }) => ({ ...rest, id: `other-${id}` })),
        nodes: document.nodes.toReversed().map(({ data, position, ...rest }) => ({
          data: Object.fromEntries(Object.entries(data).toReversed()),
          position: { x: position.x + seed, y: seed },
          ...rest,
        })),
      };
      expect(hash(moved)).toBe(hash(document));
      const [first, ...others] = document.nodes;
      if (!first) throw new Error('no nodes');
      const changed = {
        ...document,
        nodes: [{ ...first, data: { ...first.data, deadlineSeconds: 77 } }, ...others],
      };
      expect(hash(changed)).not.toBe(hash(document));
    }),
    { numRuns: 200 },
  );
});

it('random valid graphs have no errors, compile, and name each node once, behind what leads to it', () => {
  fc.assert(
    fc.property(arbitraryGraph({ races: true }), ({ document }) => {
      expect(problemsOf(document).filter(({ severity }) => severity === 'error')).toEqual([]);
      const { root } = compileGraph(document, catalogue);
      const found: string[] = [];
      const visit = (scope: typeof root): void => {
        const before = new Set<string>();
        for (const each of scope.nodes) {
          expect(each.in.every(({ from }) => before.has(from))).toBe(true);
          before.add(each.id);
          found.push(each.id);
          if (each.body) visit(each.body);
        }
      };
      visit(root);
      expect(found.sort()).toEqual(document.nodes.map(({ id }) => id).sort());
    }),
    { numRuns: 500 },
  );
});

it('losers of a join are the nodes from which every path leads to it', () => {
  const join = compileGraph(race, catalogue).root.nodes.find(({ id }) => id === 'first');
  expect(join?.rule).toEqual({ type: 'quorum', need: 1, losers: ['a', 'b', 'b2'] });
});

it('defaults are filled in, sub-workflows pinned, and what is used is listed', () => {
  const compiled = compileGraph(
    graph(
      [
        node('start', 'trigger'),
        node('ask', 'agent', { agentId: 'bob', prompt: 'Hi', label: 'Ask', retry: {} }),
        node('sub', 'subworkflow', { workflowId: 'plain' }),
        node('calc', 'tool', { tool: 'calculator', input: { expression: '"1"' } }),
        node('sorry', 'message', { text: 'Sorry', agentId: 'ann' }),
      ],
      'start -> ask',
      'ask -> sub',
      'sub -> calc',
      'start.cleanup -> sorry',
    ),
    catalogue,
  );
  expect(compiled).toMatchObject({
    deadlineSeconds: 604_800,
    concurrency: 50,
    inputSchema: null,
    output: null,
  });
  expect(compiled.uses).toEqual({
    agents: ['ann', 'bob'],
    tools: ['calculator'],
    workflows: [{ workflowId: 'plain', version: 2 }],
  });
  expect(compiled.root.nodes.map(({ id }) => id)).toEqual(['start', 'ask', 'sub', 'calc']);
  expect(compiled.root.nodes[1]).toMatchObject({
    label: 'Ask',
    config: { agentId: 'bob', history: false, post: false, schema: null },
    policy: {
      onError: 'fail',
      timeoutSeconds: null,
      retry: { maxAttempts: 3, initialSeconds: 1, backoff: 2, maxSeconds: 60 },
    },
  });
  expect(compiled.cleanup?.nodes).toMatchObject([{ id: 'sorry', in: [] }]);
});

it('a loop collects the outputs of its ends when it does not say what', () => {
  const { root } = compileGraph(
    graph(
      [
        node('start', 'trigger'),
        node('each', 'loop', { over: '[1]', max: 5 }),
        node('one', 'transform', { output: { v: 'item' } }, 'each'),
        node('two', 'transform', { output: { v: 'item' } }, 'each'),
      ],
      'start -> each',
      'one -> two',
    ),
    catalogue,
  );
  expect(root.nodes[1]).toMatchObject({
    config: { collect: '{"two": "two" in nodes ? dyn(nodes["two"]) : null}' },
    body: { nodes: [{ id: 'one' }, { id: 'two' }] },
  });
});

it('saving drops what a canvas keeps for itself, and leaves what is no graph as it is', () => {
  const draft = {
    schemaVersion: 1,
    nodes: [
      {
        id: 'a',
        type: 'delay',
        position: { x: 1, y: 2, z: 3 },
        positionAbsolute: { x: 1, y: 2 },
        measured: { width: 10 },
        width: 10,
        selected: true,
        dragging: false,
        data: { seconds: 1, own: 'kept' },
      },
      7,
    ],
    edges: [{ id: 'e', source: 'a', target: 'b', sourceHandle: 'out', targetHandle: null, animated: true }],
    viewport: { x: 0, y: 0, zoom: 1, extra: 1 },
    extra: true,
  };
  expect(normaliseDraft(draft)).toEqual({
    schemaVersion: 1,
    nodes: [{ id: 'a', type: 'delay', position: { x: 1, y: 2 }, data: { seconds: 1, own: 'kept' } }, 7],
    edges: [{ id: 'e', source: 'a', target: 'b', sourceHandle: 'out' }],
    viewport: { x: 0, y: 0, zoom: 1 },
  });
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const once = normaliseDraft(value as Json);
      expect(normaliseDraft(once)).toEqual(once);
    }),
  );
});
