import type { KindProblem } from '../node-kind';
import { defineKind, expressionSchema, failure, record } from './define-kind';

interface SwitchData {
  mode?: 'first' | 'all';
  cases: { id: string; when: string }[];
}

type SwitchConfig = Required<SwitchData>;

/** Way out when no case holds. */
const elseHandle = 'else';

export const switchKind = defineKind<SwitchData, SwitchConfig>({
  kind: 'switch',
  version: 1,
  summary:
    'Goes on where a condition holds: at the first case that does or at all of them, otherwise at `else`.',
  schema: {
    type: 'object',
    properties: {
      mode: {
        enum: ['first', 'all'],
        default: 'first',
        description: '`first`: only the first case that holds is taken. `all`: every one that does.',
      },
      cases: {
        type: 'array',
        minItems: 1,
        maxItems: 49,
        items: {
          type: 'object',
          properties: {
            id: {
              type: 'string',
              pattern: '^[A-Za-z0-9_-]{1,64}$',
              not: { enum: [elseHandle, 'error'] },
              description: 'Names the way out.',
              examples: ['urgent'],
            },
            when: expressionSchema(
              'whether the case holds.',
              'input.priority > 3',
              'has(nodes.triage) && nodes.triage.json.urgent',
            ),
          },
          required: ['id', 'when'],
          additionalProperties: false,
        },
      },
    },
    required: ['cases'],
  },
  handles: ({ cases }) => [...cases.map(({ id }) => id), elseHandle],
  expressions: ({ cases }) =>
    cases.map(({ when }, at) => ({
      path: `data.cases.${at}.when`,
      source: when,
      form: 'expression',
      type: 'bool',
    })),
  output: ({ cases }) =>
    record({ cases: { type: 'array', items: { type: 'string', enum: cases.map(({ id }) => id) } } }),
  check({ data: { cases } }, { outgoing }) {
    const problems: KindProblem[] = [];
    cases.forEach(({ id, when }, at) => {
      const earlier = cases.slice(0, at);
      const twin = earlier.some((other) => other.id === id)
        ? 'id'
        : earlier.some((other) => other.when.trim() === when.trim())
          ? 'when'
          : undefined;
      if (twin)
        problems.push({
          code: 'duplicate_case',
          path: `data.cases.${at}.${twin}`,
          message: `An earlier case has the same ${twin === 'id' ? 'id' : 'condition'}: change or remove one of them.`,
        });
      else if (!outgoing.has(id))
        problems.push({
          code: 'unconnected_case',
          severity: 'warning',
          path: `data.cases.${at}`,
          message: `Nothing follows the case "${id}": draw an edge from it, or remove it.`,
        });
    });
    if (!outgoing.has(elseHandle))
      problems.push({
        code: 'switch_without_else',
        path: 'data.cases',
        message: 'Draw an edge from `else`, for when no case holds.',
      });
    return problems;
  },
  compile: ({ mode = 'first', cases }) => ({
    mode,
    cases: cases.map(({ id, when }) => ({ id, when })),
  }),
  execute({ mode, cases }, context) {
    const taken: string[] = [];
    for (const { id, when } of cases) {
      const holds = context.evaluate(when);
      if (typeof holds !== 'boolean')
        throw failure('expression_failed', `The condition of case "${id}" is not true or false.`);
      if (holds) taken.push(id);
      if (holds && mode === 'first') break;
    }
    return Promise.resolve({ output: { cases: taken }, handles: taken.length > 0 ? taken : [elseHandle] });
  },
});
