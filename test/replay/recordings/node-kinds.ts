import { runWorkflowId } from '../../../workflows/contracts/run/run';
import type { GraphDocument, Json } from '../../../workflows/contracts/graph/document';
import { graph, node } from '../../support/graphs/catalogue';
import { ask, childOf, one, slowly, type Recording, type Stage } from './stage';

/** A run that is played to its end without anybody's help. */
const unattended =
  (graphOf: (stage: Stage) => GraphDocument | Promise<GraphDocument>, input?: Json): Recording =>
  async (stage) => {
    const { runId, status, error } = await stage.runs.play(await graphOf(stage), input);
    if (status !== 'completed') throw new Error(`It ${status}: ${JSON.stringify(error)}`);
    return [runWorkflowId(runId)];
  };

const sum = { tool: 'calculator', input: { expression: '"1 + 1"' } };

/** Every kind of node that works outside of rooms. */
export const nodeKindRuns: Record<string, Recording> = {
  // The API has read the graph: its workflow begins with the nodes.
  'handed-over': unattended(() =>
    graph(
      [node('start', 'trigger'), node('sum', 'tool', sum), node('v', 'transform', one)],
      'start -> sum',
      'sum -> v',
    ),
  ),
  'agent-and-tool': unattended(({ agentId }) =>
    graph(
      [
        node('start', 'trigger', { output: { sum: 'nodes.sum.result' } }),
        node('write', 'agent', { agentId, prompt: 'Say something' }),
        node('judge', 'agent', {
          agentId,
          prompt: '[[reply: {"good": true}]]',
          outputSchema: { type: 'object' },
        }),
        node('sum', 'tool', sum),
        node('note', 'tool', { tool: 'note', input: { title: '"Notes"', text: 'nodes.write.text' } }),
        node('checked', 'transform', { ...one, outputSchema: { type: 'object', required: ['v'] } }),
      ],
      'start -> write',
      'start -> judge',
      'write -> sum',
      'sum -> note',
      'note -> checked',
    ),
  ),
  switches: unattended(
    () =>
      graph(
        [
          node('start', 'trigger'),
          node('size', 'switch', {
            cases: [
              { id: 'large', when: 'input.n > 10' },
              { id: 'small', when: 'input.n > 0' },
            ],
          }),
          node('all', 'switch', {
            mode: 'all',
            cases: [
              { id: 'odd', when: 'input.n % 2 == 1' },
              { id: 'small', when: 'input.n < 10' },
            ],
          }),
          ...['large', 'small', 'neither', 'odd', 'low', 'rest'].map((id) => node(id, 'transform', one)),
          node('end', 'join'),
        ],
        'start -> size',
        'start -> all',
        'size.large -> large',
        'size.small -> small',
        'size.else -> neither',
        'all.odd -> odd',
        'all.small -> low',
        'all.else -> rest',
        ...['large', 'small', 'neither', 'odd', 'low', 'rest'].map((id) => `${id} -> end`),
      ),
    { n: 3 },
  ),
  'join-any': unattended(async ({ runs, agentId }) => {
    const waiting = await runs.publish(
      graph([node('start', 'trigger'), node('nap', 'delay', { seconds: 3600 })], 'start -> nap'),
    );
    return graph(
      [
        node('start', 'trigger'),
        node('quick', 'delay', { seconds: 1.5 }),
        node('nap', 'delay', { seconds: 3600 }),
        node('write', 'agent', slowly(agentId, 200)),
        node('ask', 'human_input', ask),
        node('sub', 'subworkflow', { workflowId: waiting }),
        node('lost', 'transform', one),
        node('first', 'join', { mode: 'any' }),
        node('after', 'tool', sum),
      ],
      ...['quick', 'nap', 'write', 'ask', 'sub'].map((id) => `start -> ${id}`),
      ...['quick', 'lost', 'write', 'sub', 'ask.approve', 'ask.reject'].map((id) => `${id} -> first`),
      'nap -> lost',
      'first -> after',
    );
  }),
  'join-quorum': unattended(() =>
    graph(
      [
        node('start', 'trigger'),
        node('a', 'transform', one),
        node('b', 'tool', sum),
        node('c', 'delay', { seconds: 1 }),
        node('d', 'delay', { seconds: 3600 }),
        node('bad', 'transform', { output: { v: '1 / 0' } }),
        node('ignoring', 'join', { mode: 'quorum', quorum: 1, losers: 'ignore' }),
        node('two', 'join', { mode: 'quorum', quorum: 2 }),
        node('unmet', 'join', { mode: 'quorum', quorum: 2, onError: 'default', default: {} }),
      ],
      ...['a', 'b', 'c', 'd', 'bad'].map((id) => `start -> ${id}`),
      'a -> ignoring',
      'c -> ignoring',
      'a -> two',
      'b -> two',
      'd -> two',
      'a -> unmet',
      'bad -> unmet',
    ),
  ),
  loops: unattended(() =>
    graph(
      [
        node('start', 'trigger'),
        node('each', 'loop', {
          over: '[1, 2, 3, 4]',
          max: 4,
          concurrency: 2,
          collect: 'nodes.add.result',
        }),
        node('add', 'tool', { tool: 'calculator', input: { expression: 'string(item) + " + 1"' } }, 'each'),
        node('until', 'loop', { until: 'index == 2', max: 9, collect: 'index' }),
        node('nap', 'delay', { seconds: 0.1 }, 'until'),
        node('outer', 'loop', { over: '["a", "b"]', max: 2, concurrency: 2 }),
        node('inner', 'loop', { until: 'false', max: 2, collect: 'string(index) + item' }, 'outer'),
        node('i', 'transform', one, 'inner'),
        node('long', 'loop', { over: '[1, 2, 3]', max: 2, onError: 'default', default: {} }),
        node('l', 'transform', one, 'long'),
      ],
      ...['each', 'until', 'outer', 'long'].map((id) => `start -> ${id}`),
    ),
  ),
  delays: unattended(() =>
    graph(
      [
        node('start', 'trigger'),
        node('nap', 'delay', { seconds: '0.5 + 0.1' }),
        node('past', 'delay', { until: 'timestamp("2020-01-01T00:00:00Z")' }),
        node('soon', 'delay', { until: 'timestamp(run.startedAt) + duration("2s")' }),
      ],
      'start -> nap',
      'nap -> past',
      'past -> soon',
    ),
  ),
  subworkflow: async ({ runs }) => {
    const inner = await runs.publish(
      graph([node('start', 'trigger'), node('sum', 'tool', sum)], 'start -> sum'),
    );
    const { runId } = await runs.play(
      graph(
        [
          node('start', 'trigger'),
          node('sub', 'subworkflow', { workflowId: inner, input: { word: '"x"' } }),
          node('after', 'transform', { output: { v: 'nodes.sub.output.sum.result' } }),
        ],
        'start -> sub',
        'sub -> after',
      ),
    );
    return [runWorkflowId(runId), runWorkflowId(await childOf(runs, runId))];
  },
  'group-chats': unattended(async ({ runs, agentId }) => {
    const agents = [agentId, await runs.newAgent()];
    const chat = { agents, maxRounds: 3, prompt: 'Talk' };
    return graph(
      [
        node('start', 'trigger'),
        node('router', 'group_chat', { ...chat, strategy: 'router' }),
        node('circle', 'group_chat', { ...chat, strategy: 'round_robin' }),
        node('mentions', 'group_chat', {
          ...chat,
          strategy: 'mention',
          prompt: 'Talk [[reply: enough. TASK_COMPLETE]]',
        }),
      ],
      'start -> router',
      'router -> circle',
      'circle -> mentions',
    );
  }),
  'large-values': unattended(
    ({ agentId }) =>
      graph(
        [
          node('start', 'trigger'),
          node('big', 'transform', { output: { text: 'input.text + input.text' } }),
          node('read', 'agent', { agentId, prompt: '{{ nodes.big.text }} [[reply: read]]' }),
          node('each', 'loop', { over: '[nodes.big.text]', max: 1, collect: 'item' }),
          node('size', 'transform', { output: { v: 'size(item)' } }, 'each'),
        ],
        'start -> big',
        'big -> read',
        'big -> each',
      ),
    { text: 'x'.repeat(3000) },
  ),
};
