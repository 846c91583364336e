import type { NodeData } from '../../../workflows/contracts/graph/document';
import { graph, node, problemsOf } from '../../support/graphs/catalogue';

const start = node('start', 'trigger');
const step = (id: string, expression = '1', parentId?: string): ReturnType<typeof node> =>
  node(id, 'transform', { output: { v: expression } }, parentId);

/** `code` or `code@node`, of errors and warnings. */
const found = (document: unknown): string[] =>
  problemsOf(document).map(({ code, nodeId, edgeId }) => {
    const at = nodeId ?? edgeId;
    return at === undefined ? code : `${code}@${at}`;
  });
/** Of one node between the trigger and an end, with these ways out connected. */
const foundIn = (type: string, data: NodeData, ...handles: string[]): string[] => {
  const edges = handles.map((handle) => `it.${handle} -> end`);
  return found(graph([start, node('it', type, data), step('end')], 'start -> it', 'start -> end', ...edges));
};
const inLoop = (data: NodeData): string[] =>
  found(graph([start, node('it', 'loop', data), step('inside', '1', 'it')], 'start -> it'));

const prompt = 'Hello';
const cases = [{ id: 'big', when: 'true' }];
const assignees = { roles: ['teacher' as const] };

describe('each mistake has its code', () => {
  const several = Array.from({ length: 51 }, (_, at) => step(`n${at}`));
  const chain = Array.from({ length: 6 }, (_, at) =>
    node(`l${at}`, 'loop', { over: '[1]', max: 1 }, at === 0 ? undefined : `l${at - 1}`),
  );

  it.each<[string, () => string[], string]>([
    ['no nodes', () => found(graph([])), 'empty_graph'],
    ['no trigger', () => found(graph([step('a')])), 'no_trigger'],
    ['two triggers', () => found(graph([start, node('two', 'trigger')])), 'several_triggers@two'],
    ['no object', () => found([]), 'invalid_shape'],
    [
      'two nodes of one id',
      () => found(graph([start, step('a'), step('a')], 'start -> a')),
      'duplicate_id@a',
    ],
    [
      'two edges of one id',
      () => found(graph([start, step('a')], 'start -> a', 'start -> a')),
      'duplicate_id@start -> a',
    ],
    [
      'an id of expressions',
      () => found(graph([start, step('input')], 'start -> input')),
      'reserved_id@input',
    ],
    [
      'an id of JavaScript',
      () => found(graph([start, step('__proto__')], 'start -> __proto__')),
      'reserved_id@__proto__',
    ],
    ['an unknown kind', () => foundIn('robot', {}), 'unknown_kind@it'],
    ['an unknown version', () => foundIn('delay', { version: 2, seconds: 1 }), 'unknown_kind_version@it'],
    ['an unknown field', () => foundIn('delay', { seconds: 1, minutes: 2 }), 'invalid_shape@it'],
    ['an edge to nowhere', () => found(graph([start], 'start -> a')), 'dangling_edge@start -> a'],
    ['an unknown way out', () => foundIn('delay', { seconds: 1 }, 'side'), 'unknown_handle@it.side -> end'],
    [
      'an error way that is not open',
      () => foundIn('delay', { seconds: 1 }, 'error'),
      'unknown_handle@it.error -> end',
    ],
    [
      'an edge twice',
      () => found(graph([start, step('a')], 'start -> a', 'start.out -> a')),
      'duplicate_edge@start.out -> a',
    ],
    [
      'an edge to the trigger',
      () => found(graph([start, step('a')], 'start -> a', 'a -> start')),
      'edge_into_trigger@a -> start',
    ],
    ['an edge to itself', () => found(graph([start, step('a')], 'start -> a', 'a -> a')), 'self_edge@a -> a'],
    [
      'a circle',
      () =>
        found(
          graph([start, step('a'), step('b'), step('end')], 'start -> a', 'a -> b', 'b -> a', 'b -> end'),
        ),
      'cycle@a',
    ],
    [
      'no way out of a circle',
      () => found(graph([start, step('a'), step('b')], 'start -> a', 'a -> b', 'b -> a')),
      'no_path_to_end@start',
    ],
    [
      'an edge into a loop',
      () =>
        found(
          graph(
            [start, node('it', 'loop', { over: '[1]', max: 1 }), step('in', '1', 'it')],
            'start -> it',
            'start -> in',
          ),
        ),
      'edge_across_loop@start -> in',
    ],
    [
      'a parent that is no loop',
      () => found(graph([start, step('a'), step('b', '1', 'a')], 'start -> a')),
      'invalid_parent@b',
    ],
    [
      'a trigger in a loop',
      () => found(graph([node('l', 'loop', { over: '[1]', max: 1 }), node('t', 'trigger', {}, 'l')])),
      'trigger_in_loop@t',
    ],
    [
      'loops six deep',
      () => found(graph([start, ...chain, step('in', '1', 'l5')], 'start -> l0')),
      'nested_too_deep@in',
    ],
    ['a node nobody leads to', () => found(graph([start, step('a')])), 'unreachable@a'],
    [
      'a node of both branches',
      () => found(graph([start, step('a')], 'start -> a', 'start.cleanup -> a')),
      'cleanup_overlap@a',
    ],
    ['an empty loop', () => foundIn('loop', { over: '[1]', max: 1 }), 'empty_loop@it'],
    ['a foreign agent', () => foundIn('agent', { agentId: 'eve', prompt }), 'unknown_agent@it'],
    [
      'a foreign agent in a chat',
      () => foundIn('group_chat', { agents: ['ann', 'eve'], strategy: 'router', prompt }),
      'unknown_agent@it',
    ],
    ['a foreign author', () => foundIn('message', { text: 'x', agentId: 'eve' }), 'unknown_agent@it'],
    ['an unknown tool', () => foundIn('tool', { tool: 'rocket' }), 'unknown_tool@it'],
    ['a tool without what it needs', () => foundIn('tool', { tool: 'calculator' }), 'invalid_shape@it'],
    [
      'a tool with a text that is a number',
      () => foundIn('tool', { tool: 'calculator', input: { expression: '1' } }),
      'type_mismatch@it',
    ],
    [
      'a retry of what must not repeat',
      () => foundIn('tool', { tool: 'note', input: { expression: '"1"' }, retry: { maxAttempts: 2 } }),
      'retry_not_repeatable@it',
    ],
    ['an unknown workflow', () => foundIn('subworkflow', { workflowId: 'none' }), 'unknown_workflow@it'],
    [
      'an unpublished workflow',
      () => foundIn('subworkflow', { workflowId: 'draft' }),
      'unpublished_workflow@it',
    ],
    [
      'an unpublished version',
      () => foundIn('subworkflow', { workflowId: 'plain', workflowVersion: 9 }),
      'unpublished_workflow@it',
    ],
    ['a workflow in itself', () => foundIn('subworkflow', { workflowId: 'own' }), 'recursive_workflow@it'],
    [
      'a workflow in itself by a detour',
      () => foundIn('subworkflow', { workflowId: 'circular' }),
      'recursive_workflow@it',
    ],
    ['sub-workflows too deep', () => foundIn('subworkflow', { workflowId: 'deep' }), 'too_deep@it'],
    [
      'a reference to nothing',
      () => foundIn('transform', { output: { v: 'nodes.none.v' } }),
      'unknown_reference@it',
    ],
    [
      'a reference to what comes later',
      () => foundIn('transform', { output: { v: 'nodes.end.v' } }, 'out'),
      'unknown_reference@it',
    ],
    [
      'a reference to itself',
      () => foundIn('transform', { output: { v: 'nodes.it.v' } }),
      'unknown_reference@it',
    ],
    ['a wrong type', () => foundIn('delay', { seconds: '"long"' }), 'type_mismatch@it'],
    ['a bad expression', () => foundIn('delay', { seconds: '1 +' }), 'invalid_expression@it'],
    [
      'a forbidden expression',
      () => foundIn('transform', { output: { v: '"a".matches("b")' } }),
      'forbidden_expression@it',
    ],
    [
      'a long expression',
      () => foundIn('transform', { output: { v: '1 + '.repeat(501) + '1' } }),
      'expression_too_long@it',
    ],
    ['a long template', () => foundIn('message', { text: 'x'.repeat(20_001) }), 'expression_too_long@it'],
    ['a switch without else', () => foundIn('switch', { cases }, 'big'), 'switch_without_else@it'],
    [
      'a case twice',
      () => foundIn('switch', { cases: [...cases, ...cases] }, 'big', 'else'),
      'duplicate_case@it',
    ],
    ['a case that leads nowhere', () => foundIn('switch', { cases }, 'else'), 'unconnected_case@it'],
    [
      'a quorum of more than there are',
      () => foundIn('join', { mode: 'quorum', quorum: 2 }, 'out'),
      'impossible_quorum@it',
    ],
    ['a quorum without a number', () => foundIn('join', { mode: 'quorum' }, 'out'), 'impossible_quorum@it'],
    [
      'more voters than people',
      () => foundIn('human_input', { title: 'x', assignees: { users: [], roles: [] }, quorum: 2 }),
      'impossible_quorum@it',
    ],
    ['a loop without maximum', () => inLoop({ over: '[1]' }), 'loop_without_maximum@it'],
    ['a repeat with too large a maximum', () => inLoop({ until: 'true', max: 101 }), 'invalid_shape@it'],
    [
      'nobody to decide',
      () => foundIn('human_input', { title: 'x', assignees: {} }),
      'approval_without_assignee@it',
    ],
    [
      'an action that leads nowhere',
      () => foundIn('human_input', { title: 'x', assignees }, 'approve'),
      'approval_without_branch@it',
    ],
    [
      'a time-out that leads nowhere',
      () => foundIn('human_input', { title: 'x', assignees, waitSeconds: 9 }, 'approve', 'reject'),
      'approval_without_branch@it',
    ],
    [
      'an error branch without edge',
      () => foundIn('delay', { seconds: 1, onError: 'branch' }),
      'error_without_branch@it',
    ],
    [
      'a default where there is no out',
      () => foundIn('switch', { cases, onError: 'default', default: 1 }, 'else'),
      'unknown_handle@it',
    ],
    [
      'no schema',
      () => foundIn('delay', { seconds: 1, outputSchema: { type: 'thing' } }),
      'invalid_schema@it',
    ],
    [
      'a default of another type',
      () =>
        foundIn('delay', { seconds: 1, onError: 'default', default: 1, outputSchema: { type: 'string' } }),
      'invalid_default@it',
    ],
    ['a default that nothing uses', () => foundIn('delay', { seconds: 1, default: 1 }), 'unused_value@it'],
    [
      '51 edges out of a node',
      () => found(graph([start, ...several], ...several.map(({ id }) => `start -> ${id}`))),
      'fan_out@start',
    ],
    [
      '501 nodes',
      () => found(graph(Array.from({ length: 501 }, (_, at) => step(`n${at}`)))),
      'too_many_nodes',
    ],
    ['256 KB', () => found(graph([node('start', 'trigger', { label: 'x'.repeat(262_144) })])), 'too_large'],
    [
      'what is nested too deep',
      () => found({ nodes: JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as [] }),
      'invalid_shape',
    ],
  ])('%s', (_, problems, code) => {
    expect(problems()).toContain(code);
  });

  it('all of a graph’s problems come at once', () => {
    const document = graph([step('a', '1 +'), node('b', 'robot')], 'a -> a', 'a -> nowhere');
    expect(found(document)).toEqual(
      expect.arrayContaining([
        'no_trigger',
        'invalid_expression@a',
        'unknown_kind@b',
        'self_edge@a -> a',
        'dangling_edge@a -> nowhere',
      ]),
    );
  });
});

describe('whether a node has an output when another fires', () => {
  /** Whether `end` may use each node without asking. */
  const uncertain = (nodes: ReturnType<typeof node>[], read: string[], ...edges: string[]): string[] =>
    read.filter((id) =>
      found(graph([start, ...nodes, step('end', `nodes.${id}`)], ...edges)).includes(
        'uncertain_reference@end',
      ),
    );
  const fork = [node('sw', 'switch', { cases }), step('yes'), step('no')];
  const forkEdges = ['start -> sw', 'sw.big -> yes', 'sw.else -> no'];

  it('branches that run side by side are all certain after a merge', () => {
    const edges = ['start -> a', 'start -> b', 'a -> end', 'b -> end'];
    expect(uncertain([step('a'), step('b')], ['a', 'b', 'start'], ...edges)).toEqual([]);
  });

  it('after a switch, the case that was not taken is not', () => {
    const edges = [...forkEdges, 'yes -> end', 'no -> end'];
    expect(uncertain(fork, ['yes', 'no', 'sw'], ...edges)).toEqual(['yes', 'no']);
  });

  it('what follows all ways out of a switch is certain again', () => {
    const both = [...fork, step('both'), step('side')];
    const edges = [...forkEdges, 'yes -> both', 'no -> both', 'start -> side', 'both -> end', 'side -> end'];
    expect(uncertain(both, ['both', 'side', 'yes'], ...edges)).toEqual(['yes']);
  });

  it('nodes side by side within a case are certain when they merge', () => {
    const inside = [...fork, step('p'), step('q')];
    const edges = [...forkEdges, 'yes -> p', 'yes -> q', 'p -> end', 'q -> end'];
    expect(uncertain(inside, ['p', 'q', 'yes'], ...edges)).toEqual([]);
  });

  it('a join that does not wait for all knows only what every branch knows', () => {
    const racing = (data: NodeData): string[] =>
      uncertain(
        [step('a'), step('b'), node('j', 'join', data)],
        ['a', 'b', 'j', 'start'],
        'start -> a',
        'start -> b',
        'a -> j',
        'b -> j',
        'j -> end',
      );
    expect(racing({ mode: 'any' })).toEqual(['a', 'b']);
    expect(racing({ mode: 'quorum', quorum: 2 })).toEqual([]);
    expect(racing({})).toEqual([]);
  });

  it('a node with an error branch is certain, what follows only one of its ways is not', () => {
    const nodes = [
      node('try', 'transform', { output: { v: '1 / 0' }, onError: 'branch' }),
      step('good'),
      step('bad'),
    ];
    const edges = ['start -> try', 'try -> good', 'try.error -> bad', 'good -> end', 'bad -> end'];
    expect(uncertain(nodes, ['try', 'good', 'bad'], ...edges)).toEqual(['good', 'bad']);
  });

  it('the inside of a loop sees what is before the loop; nobody sees inside but by what is collected', () => {
    const nodes = [
      start,
      step('a'),
      node('each', 'loop', { over: '[1]', max: 1, collect: 'nodes.inside.v' }),
      step('inside', 'nodes.a.v + item + index', 'each'),
      step('end', 'nodes.inside.v'),
    ];
    const edges = ['start -> a', 'a -> each', 'each -> end'];
    expect(found(graph(nodes, ...edges))).toEqual(['unknown_reference@end']);
  });

  it('the clean-up branch must ask for everything but the trigger', () => {
    const clean = (expression: string): string[] =>
      found(graph([start, step('a'), step('tidy', expression)], 'start -> a', 'start.cleanup -> tidy'));
    expect(clean('nodes.a.v')).toEqual(['uncertain_reference@tidy']);
    expect(clean('has(nodes.a) ? nodes.a.v : nodes.start.payload.n')).toEqual([]);
  });

  it('the output of the run sees the end of all nodes', () => {
    const ending = (expression: string): string[] =>
      found(graph([node('start', 'trigger', { output: { x: expression } }), ...fork], ...forkEdges));
    expect(ending('nodes.sw.cases')).toEqual([]);
    expect(ending('nodes.yes.v')).toEqual(['uncertain_reference@start']);
  });
});
