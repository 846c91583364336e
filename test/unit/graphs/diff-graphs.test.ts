import { diffGraphs } from '../../../apps/api/graphs/diff-graphs';
import type { GraphDocument, GraphEdge, GraphNode } from '../../../workflows/contracts/graph/document';

const node = (id: string, data: object = {}, more: Partial<GraphNode> = {}): GraphNode => ({
  id,
  type: 'transform',
  position: { x: 0, y: 0 },
  data: { ...data },
  ...more,
});
const edge = (id: string, source: string, target: string, more: Partial<GraphEdge> = {}): GraphEdge => ({
  id,
  source,
  target,
  ...more,
});
const graph = (nodes: GraphNode[], edges: GraphEdge[] = []): GraphDocument => ({
  schemaVersion: 1,
  nodes,
  edges,
});

test('nodes are added, removed, changed by path, or only moved', () => {
  const before = graph([
    node('gone'),
    node('same'),
    node('moved'),
    node('changed', { cases: [{ when: 'a' }, { when: 'b' }], label: 'Old' }),
  ]);
  const after = graph([
    node('same'),
    node('moved', {}, { position: { x: 5, y: 0 } }),
    node('changed', { cases: [{ when: 'a' }, { when: 'c' }], max: 3 }, { position: { x: 1, y: 1 } }),
    node('new'),
  ]);
  expect(diffGraphs(before, after).nodes).toEqual({
    added: ['new'],
    removed: ['gone'],
    moved: ['moved'],
    changed: [
      {
        id: 'changed',
        changes: [
          { path: 'data.cases.1.when', before: 'b', after: 'c' },
          { path: 'data.label', before: 'Old' },
          { path: 'data.max', after: 3 },
        ],
      },
    ],
  });
});

test('edges are what they connect, whatever their ids', () => {
  const before = graph([], [edge('e1', 'a', 'b'), edge('e2', 'a', 'c'), edge('e3', 'b', 'c')]);
  const after = graph(
    [],
    [
      edge('x', 'a', 'b', { sourceHandle: 'out' }),
      edge('e2', 'a', 'c', { data: { label: 'Then' } }),
      edge('e3', 'b', 'c', { sourceHandle: 'error' }),
    ],
  );
  expect(diffGraphs(before, after).edges).toEqual({
    added: [{ source: 'b', sourceHandle: 'error', target: 'c' }],
    removed: [{ source: 'b', sourceHandle: 'out', target: 'c' }],
    changed: [
      {
        source: 'a',
        sourceHandle: 'out',
        target: 'c',
        changes: [{ path: 'data', after: { label: 'Then' } }],
      },
    ],
  });
});

test('another kind of value at a place is one change there', () => {
  const change = diffGraphs(graph([node('a', { v: [1] })]), graph([node('a', { v: { 0: 1 } })]));
  expect(change.nodes.changed[0]?.changes).toEqual([{ path: 'data.v', before: [1], after: { 0: 1 } }]);
});
