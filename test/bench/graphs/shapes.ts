import {
  graphLimits,
  type GraphDocument,
  type GraphNode,
  type NodeData,
} from '../../../workflows/contracts/graph/document';

/** What every tool node of the bench works out. */
export const expression = '6 * 7';

/** Nodes that call the calculator beside each other. More than one node may lead to, in a second level. */
export function fanOutGraph(width: number): GraphDocument {
  const draft = start({ concurrency: 200 });
  const perParent = graphLimits.fanOut;
  const parents =
    width <= perParent
      ? ['start']
      : Array.from({ length: Math.ceil(width / perParent) }, (_, at) => {
          draft.add(`level${at}`, 'transform', { output: { at: String(at) } }, 'start');
          return `level${at}`;
        });
  for (let at = 0; at < width; at += 1)
    draft.add(`n${at}`, 'tool', calculator, parents[Math.floor(at / perParent)] ?? 'start');
  return draft.graph;
}

/** Nodes that call the calculator one after the other. */
export function chainGraph(length: number): GraphDocument {
  const draft = start({});
  for (let at = 0; at < length; at += 1)
    draft.add(`n${at}`, 'tool', calculator, at === 0 ? 'start' : `n${at - 1}`);
  return draft.graph;
}

const lanes = 49;

/** 500 nodes of several kinds: 49 lanes that branch and merge, a join, and a tail. */
export function largeGraph(agentId: string): GraphDocument {
  const draft = start({ inputSchema: { type: 'object', properties: { n: { type: 'integer' } } } });
  for (let lane = 0; lane < lanes; lane += 1) {
    const id = (name: string): string => `${name}_${lane}`;
    draft.add(
      id('value'),
      'transform',
      { output: { n: `input.n + ${lane}`, text: `'lane ${lane}'` } },
      'start',
    );
    const cases = [
      { id: 'big', when: `nodes.${id('value')}.n > 100` },
      { id: 'small', when: `nodes.${id('value')}.n < 10` },
    ];
    draft.add(id('choose'), 'switch', { cases }, id('value'));
    const sum = { tool: 'calculator', input: { expression: `string(nodes.${id('value')}.n) + ' * 2'` } };
    draft.add(id('big'), 'tool', sum, `${id('choose')}.big`);
    draft.add(id('small'), 'tool', sum, `${id('choose')}.small`);
    draft.add(id('other'), 'transform', { output: { result: '0' } }, `${id('choose')}.else`);
    const merged = ['big', 'small', 'other'].map(id);
    const either = `has(nodes.${id('big')}) ? nodes.${id('big')}.result : has(nodes.${id('small')}) ? nodes.${id('small')}.result : 0`;
    draft.add(id('merge'), 'transform', { output: { result: either } }, ...merged);
    const prompt = `What is special about {{ nodes.${id('merge')}.result }} in {{ nodes.${id('value')}.text }}?`;
    draft.add(id('ask'), 'agent', { agentId, prompt }, id('merge'));
    draft.add(id('wait'), 'delay', { seconds: 1 }, id('ask'));
    draft.add(
      id('check'),
      'transform',
      { output: { good: `nodes.${id('ask')}.text.contains('prime')` } },
      id('wait'),
    );
    draft.add(id('end'), 'tool', { ...calculator, onError: 'default', default: { result: 0 } }, id('check'));
  }
  const ends = Array.from({ length: lanes }, (_, lane) => `end_${lane}`);
  draft.add('together', 'join', { mode: 'quorum', quorum: 10 }, ...ends);
  for (let at = 0; at < 8; at += 1)
    draft.add(
      `tail${at}`,
      'transform',
      { output: { at: String(at) } },
      at === 0 ? 'together' : `tail${at - 1}`,
    );
  return draft.graph;
}

const calculator = { tool: 'calculator', input: { expression: `'${expression}'` } };

interface Draft {
  graph: GraphDocument;
  /** @param sources ids of the nodes that lead to it, as `id` or `id.handle`. */
  add(id: string, type: string, data: NodeData, ...sources: string[]): void;
}

function start(data: NodeData): Draft {
  const node = (id: string, type: string, own: NodeData): GraphNode => ({
    ...{ id, type, position: { x: 0, y: 0 }, data: own },
  });
  const graph: GraphDocument = { schemaVersion: 1, nodes: [node('start', 'trigger', data)], edges: [] };
  return {
    graph,
    add(id, type, own, ...sources) {
      graph.nodes.push(node(id, type, own));
      for (const source of sources) {
        const [from = '', sourceHandle = null] = source.split('.');
        graph.edges.push({ id: `${source}-${id}`, source: from, sourceHandle, target: id });
      }
    },
  };
}
