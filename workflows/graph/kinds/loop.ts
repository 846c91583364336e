import { CancellationScope } from '@temporalio/workflow';
import type { Json } from '../../contracts/graph/document';
import { defaultHandle, graphLimits } from '../../contracts/graph/document';
import type { NodeContext } from '../node-context';
import type { KindProblem } from '../node-kind';
import { defineKind, expressionSchema, failure, record } from './define-kind';

/** With `over`: once for each item of a list. With `until`: until a condition holds. */
interface LoopData {
  over?: string;
  concurrency?: number;
  until?: string;
  max?: number;
  collect?: string;
}

interface OverConfig {
  over: string;
  concurrency: number;
  max: number;
  collect: string;
}

interface UntilConfig {
  until: string;
  max: number;
  collect: string;
}

const mostItems = 1000;
const mostRepeats = 100;

export const loop = defineKind<LoopData, OverConfig | UntilConfig>({
  kind: 'loop',
  version: 1,
  summary: 'Runs the nodes inside it once for each item of a list, or until a condition holds.',
  schema: {
    type: 'object',
    properties: {
      over: expressionSchema('the list. Inside, `item` and `index` (0, 1, …) are known.', 'input.questions'),
      concurrency: {
        type: 'integer',
        minimum: 1,
        maximum: 10,
        default: 1,
        description: 'How many items are worked on at once, with `over`.',
      },
      until: expressionSchema(
        'whether to stop, seen from inside at the end of an iteration. `index` counts 0, 1, …; `previous` is what was collected in the iteration before, null in the first.',
        'nodes.judge.json.good',
      ),
      max: {
        type: 'integer',
        minimum: 1,
        maximum: mostItems,
        description: `Most iterations: at most ${mostItems} with \`over\`, where a longer list fails the node, and ${mostRepeats} with \`until\`, where it ends the loop.`,
        examples: [5],
      },
      collect: expressionSchema(
        'the result of an iteration, seen from inside. Default: the outputs of the nodes at its ends, by node id; null for those that were skipped.',
        'nodes.write.text',
      ),
    },
    oneOf: [{ required: ['over'] }, { required: ['until'] }],
  },
  handles: () => [defaultHandle],
  expressions: ({ over, until, collect }) => [
    ...(over === undefined
      ? []
      : [{ path: 'data.over', source: over, form: 'expression' as const, type: 'list' as const }]),
    ...(until === undefined
      ? []
      : [
          {
            path: 'data.until',
            source: until,
            form: 'expression' as const,
            type: 'bool' as const,
            inBody: true,
          },
        ]),
    ...(collect === undefined
      ? []
      : [{ path: 'data.collect', source: collect, form: 'expression' as const, inBody: true }]),
  ],
  output: () => record({ items: { type: 'array' }, count: { type: 'integer' }, done: { type: 'boolean' } }),
  check({ data: { max, until, concurrency, collect } }, { children, bodyEnds }) {
    const problems: KindProblem[] = [];
    if (max === undefined)
      problems.push({
        code: 'loop_without_maximum',
        path: 'data.max',
        message: 'Say how many iterations there may be at most.',
      });
    else if (until !== undefined && max > mostRepeats)
      problems.push({
        code: 'invalid_shape',
        path: 'data.max',
        message: `With \`until\`, at most ${mostRepeats} iterations are allowed.`,
      });
    if (until !== undefined && concurrency !== undefined)
      problems.push({
        code: 'unused_value',
        severity: 'warning',
        path: 'data.concurrency',
        message: 'With `until`, iterations run one after the other.',
      });
    if (children === 0)
      problems.push({ code: 'empty_loop', message: 'Put the nodes that are repeated inside the loop.' });
    if (collect === undefined && collectEnds(bodyEnds).length > graphLimits.expressionChars)
      problems.push({
        code: 'expression_too_long',
        path: 'data.collect',
        message: 'The loop ends at too many nodes: say with `collect` what to take from an iteration.',
      });
    return problems;
  },
  compile: ({ over, concurrency = 1, until = '', max = 1, collect }, { bodyEnds }) => {
    const each = collect ?? collectEnds(bodyEnds);
    return over === undefined ? { until, max, collect: each } : { over, concurrency, max, collect: each };
  },
  async execute(config, context) {
    const done = 'over' in config ? await runOver(config, context) : await runUntil(config, context);
    return { output: { ...done, count: done.items.length } };
  },
});

/** `{"a": nodes.a, …}`, null for what was skipped. */
const collectEnds = (ids: readonly string[]): string =>
  `{${ids.map((id) => `"${id}": "${id}" in nodes ? dyn(nodes["${id}"]) : null`).join(', ')}}`;

interface Iterated {
  items: Json[];
  done: boolean;
}

/** What a loop keeps: the list as it was at first, and the results so far by index. */
interface Kept {
  list: Json[];
  results: Record<string, Json>;
}

async function runOver(
  { over, concurrency, max, collect }: OverConfig,
  context: NodeContext,
): Promise<Iterated> {
  const before = context.memory.get() as Kept | undefined;
  const { over: list } = context.describe({ over: before?.list ?? listOf(over, context) });
  if (list.length > max)
    throw failure('loop_limit', `The list has ${list.length} items; the loop takes at most ${max}.`);
  const results = before?.results ?? {};
  const keep = (): void => context.memory.set({ list, results });
  keep();

  const waiting = list.map((item, index) => ({ item, index })).filter(({ index }) => !(index in results));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { item, index } = next;
      results[index] = await context.runBody(index, { item, index }, collect);
      keep();
    }
  };
  if (concurrency === 1) await work();
  else await allOrNone(Array.from({ length: concurrency }, () => work));
  return { items: list.map((_, index) => results[index] ?? null), done: true };
}

function listOf(over: string, context: NodeContext): Json[] {
  const list = context.evaluate(over);
  if (!Array.isArray(list)) throw failure('expression_failed', '`over` gives no list.');
  return list;
}

/** Cancels the others when one fails, and waits for all of them to end. */
async function allOrNone(workers: (() => Promise<void>)[]): Promise<void> {
  await CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    let first: { reason: unknown } | undefined;
    await Promise.all(
      workers.map((worker) =>
        worker().catch((reason: unknown) => {
          if (first) return;
          first = { reason };
          scope.cancel();
        }),
      ),
    );
    if (first) throw first.reason;
  });
}

async function runUntil({ until, max, collect }: UntilConfig, context: NodeContext): Promise<Iterated> {
  const { items } = (context.memory.get() as { items: Json[] } | undefined) ?? { items: [] };
  context.describe({ max });
  // Both are seen from inside the body, so they are collected together; each may end with a comment.
  const both = `{"value": dyn(${collect}\n), "done": dyn(${until}\n)}`;
  while (items.length < max) {
    const index = items.length;
    const result = await context.runBody(index, { index, previous: items.at(-1) ?? null }, both);
    const { value, done } = result as { value: Json; done: Json };
    if (typeof done !== 'boolean') throw failure('expression_failed', '`until` is not true or false.');
    items.push(value);
    if (done) return { items, done };
    context.memory.set({ items });
  }
  return { items, done: false };
}
