import type { Json, JsonObject } from '../../../workflows/contracts/graph/document';
import type { ModelAnswerResult } from '../../../workflows/contracts/run/activities';
import {
  evaluateExpression,
  renderTemplate,
  toCel,
  type CelValue,
} from '../../../workflows/graph/expressions';
import { nodeKinds } from '../../../workflows/graph/kinds';
import type { NodeContext } from '../../../workflows/graph/node-context';
import type { NodeOutcome } from '../../../workflows/graph/node-kind';
import { catalogue } from '../../support/graphs/catalogue';

interface World {
  variables?: JsonObject;
  taken?: string[];
  memory?: { value: JsonObject | undefined };
  answers?: Partial<ModelAnswerResult>[];
  /** Agent ids, as the router picks them. */
  routes?: (string | null)[];
  body?: (index: number, variables: JsonObject) => Promise<Json>;
}

/** Runs one node in memory: what it would wait for is there at once. */
async function run(
  type: string,
  data: JsonObject,
  { variables = {}, taken = [], memory = { value: undefined }, answers = [], routes = [], body }: World = {},
): Promise<NodeOutcome & { asked: string[]; slept: number[] }> {
  const kind = nodeKinds.get(type);
  if (!kind) throw new Error(`No kind ${type}`);
  const values: Record<string, CelValue> = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, toCel(value)]),
  );
  const asked: string[] = [];
  const slept: number[] = [];
  const evaluate = (source: string): Json => evaluateExpression(source, values);
  const refuse = (): never => {
    throw new Error('not part of this test');
  };
  const context: NodeContext = {
    key: 'it',
    label: 'it',
    run: { runId: 'r', workspaceId: 'w', roomId: null, sessionId: null },
    taken,
    memory: { get: () => memory.value, set: (value) => void (memory.value = structuredClone(value)) },
    evaluate,
    render: (template) => renderTemplate(template, values),
    map: (mapping) =>
      Object.fromEntries(Object.entries(mapping).map(([name, source]) => [name, evaluate(source)])),
    describe: (input) => input,
    answer: (_, { agentId }) => {
      asked.push(agentId);
      const answer = {
        text: 'said',
        agentName: agentId,
        mentions: [],
        complete: false,
        ...answers[asked.length - 1],
      };
      return Promise.resolve(answer);
    },
    route: () => Promise.resolve({ agentId: routes.shift() ?? null }),
    callTool: refuse,
    messageId: () => null,
    post: () => Promise.resolve(false),
    runWorkflow: refuse,
    requestApproval: refuse,
    sleepUntil: (time) => {
      slept.push(time);
      return Promise.resolve();
    },
    now: () => 1_000_000,
    runBody: (index, known) => (body ?? refuse)(index, known),
  };
  const config = kind.compile(data, { catalogue, bodyEnds: ['end'] });
  return { ...(await kind.execute(config, context)), asked, slept };
}

describe('switch', () => {
  const cases = [
    { id: 'small', when: 'input < 10' },
    { id: 'odd', when: 'input % 2 == 1' },
  ];
  it.each([
    ['first', 3, ['small']],
    ['all', 3, ['small', 'odd']],
    ['all', 13, ['odd']],
    ['all', 14, ['else']],
  ])('%s case of %s goes on at %s', async (mode, input, handles) => {
    const outcome = await run('switch', { mode, cases }, { variables: { input } });
    expect(outcome.handles).toEqual(handles);
  });

  it('a condition that is no condition fails', async () => {
    const odd = { cases: [{ id: 'a', when: 'input' }] };
    await expect(run('switch', odd, { variables: { input: 1 } })).rejects.toMatchObject({
      type: 'expression_failed',
    });
  });
});

it('a join gives the outputs of the branches that arrived', async () => {
  const world = { taken: ['a', 'a', 'b-c'], variables: { nodes: { a: 1, 'b-c': { x: 2 }, d: 3 } } };
  expect((await run('join', {}, world)).output).toEqual({
    taken: ['a', 'b-c'],
    values: { a: 1, 'b-c': { x: 2 } },
  });
});

describe('delay', () => {
  it('continued as new, it waits for the same time', async () => {
    const memory = { value: undefined };
    expect((await run('delay', { seconds: '1 + 1' }, { memory })).slept).toEqual([1_002_000]);
    memory.value = { until: 1_001_000 } as never;
    expect((await run('delay', { seconds: '1 + 1' }, { memory })).slept).toEqual([1_001_000]);
  });

  it('waits until a time, and not for one that has passed', async () => {
    expect((await run('delay', { until: 'timestamp("1970-01-01T00:20:00Z")' })).slept).toEqual([1_200_000]);
    expect((await run('delay', { until: '"1970-01-01T00:10:00Z"' })).slept).toEqual([]);
  });

  it.each([{ until: '"tomorrow"' }, { seconds: '-1' }, { seconds: '"1"' }])('%j fails', async (data) => {
    await expect(run('delay', data)).rejects.toMatchObject({ type: 'expression_failed' });
  });
});

describe('loop', () => {
  it('over a list, runs its inside for each item', async () => {
    const body = (index: number, { item }: JsonObject): Promise<Json> =>
      Promise.resolve([index, item ?? null]);
    const { output } = await run('loop', { over: '["a", "b"]', max: 4 }, { body });
    expect(output).toEqual({
      items: [
        [0, 'a'],
        [1, 'b'],
      ],
      count: 2,
      done: true,
    });
  });

  it('continued as new, runs only what is left, over the list as it was', async () => {
    const memory = { value: undefined };
    const begun: number[] = [];
    const body = (index: number): Promise<Json> => {
      begun.push(index);
      if (index === 2 && begun.length === 3) throw new Error('interrupted');
      return Promise.resolve(index);
    };
    const data = { over: 'input', max: 9 };
    await expect(run('loop', data, { memory, body, variables: { input: [1, 2, 3] } })).rejects.toThrow(
      'interrupted',
    );
    const { output } = await run('loop', data, { memory, body, variables: { input: [] } });
    expect(begun).toEqual([0, 1, 2, 2]);
    expect(output).toEqual({ items: [0, 1, 2], count: 3, done: true });
  });

  it('a list that is too long fails', async () => {
    await expect(run('loop', { over: '[1, 2, 3]', max: 2 })).rejects.toMatchObject({ type: 'loop_limit' });
  });

  it('until a condition holds, hands on what was collected', async () => {
    const previous: Json[] = [];
    const body = (index: number, variables: JsonObject): Promise<Json> => {
      previous.push(variables.previous ?? null);
      return Promise.resolve({ value: `v${index}`, done: index === 2 });
    };
    const { output } = await run('loop', { until: 'true', max: 9 }, { body });
    expect(output).toEqual({ items: ['v0', 'v1', 'v2'], count: 3, done: true });
    expect(previous).toEqual([null, 'v0', 'v1']);
    expect((await run('loop', { until: 'true', max: 2 }, { body })).output).toMatchObject({
      count: 2,
      done: false,
    });
  });
});

describe('group chat', () => {
  const chat = (strategy: string, more: JsonObject = {}): JsonObject => ({
    agents: ['ann', 'bob'],
    strategy,
    prompt: 'Talk',
    ...more,
  });

  it('goes round until the limit', async () => {
    const { output, asked } = await run('group_chat', chat('round_robin', { maxRounds: 3 }));
    expect(asked).toEqual(['ann', 'bob', 'ann']);
    expect(output).toMatchObject({ rounds: 3, last: 'said', reason: 'round_limit' });
  });

  it('goes to whom is addressed, and ends with nobody', async () => {
    const answers = [{ mentions: ['BOB', 'Eve'] }, {}];
    const { output, asked } = await run('group_chat', chat('mention'), { answers });
    expect(asked).toEqual(['ann', 'bob']);
    expect(output).toMatchObject({ reason: 'nobody' });
  });

  it('goes to whom the router picks', async () => {
    const { asked } = await run('group_chat', chat('router'), { routes: ['bob', 'bob', null] });
    expect(asked).toEqual(['bob', 'bob']);
  });

  it.each([
    [{}, { complete: true }],
    [{ stopWord: 'DONE' }, { text: 'So be it. DONE.' }],
  ])('ends with the stop word %j', async (more, answer) => {
    const { output } = await run('group_chat', chat('round_robin', more), { answers: [{}, answer] });
    expect(output).toMatchObject({ rounds: 2, reason: 'stop_word' });
  });

  it('continued as new, does not ask again who has answered', async () => {
    const memory = { value: { messages: [{ agent: 'Ann', text: 'Hi' }], addressed: [], stopped: false } };
    const { asked } = await run('group_chat', chat('round_robin', { maxRounds: 2 }), { memory });
    expect(asked).toEqual(['bob']);
  });
});
