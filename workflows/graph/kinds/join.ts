import { defaultHandle } from '../../contracts/graph/document';
import type { KindProblem } from '../node-kind';
import { defineKind, record } from './define-kind';

export interface JoinData {
  mode?: 'all' | 'any' | 'quorum';
  quorum?: number;
  losers?: 'cancel' | 'ignore';
}

export const join = defineKind<JoinData, object>({
  kind: 'join',
  version: 1,
  summary: 'Brings branches together: waits for all that were taken, for any one, or for a number of them.',
  schema: {
    type: 'object',
    properties: {
      mode: {
        enum: ['all', 'any', 'quorum'],
        default: 'all',
        description:
          '`all`: once every branch has ended or is skipped. `any`: as soon as one has arrived. `quorum`: as soon as `quorum` have.',
      },
      quorum: {
        type: 'integer',
        minimum: 1,
        maximum: 500,
        description: 'How many, in mode `quorum`.',
        examples: [2],
      },
      losers: {
        enum: ['cancel', 'ignore'],
        default: 'cancel',
        description:
          'What becomes of branches that lead only here and are still at work, in modes `any` and `quorum`.',
      },
    },
  },
  handles: () => [defaultHandle],
  expressions: () => [],
  output: () => record({ taken: { type: 'array', items: { type: 'string' } }, values: { type: 'object' } }),
  check({ data: { mode = 'all', quorum, losers } }, { incoming }) {
    const problems: KindProblem[] = [];
    const impossible = (message: string): void => {
      problems.push({ code: 'impossible_quorum', path: 'data.quorum', message });
    };
    const unused = (path: string, message: string): void => {
      problems.push({ code: 'unused_value', severity: 'warning', path, message });
    };
    if (mode === 'quorum' && quorum === undefined) impossible('Say how many branches are needed.');
    else if (mode === 'quorum' && quorum !== undefined && quorum > incoming)
      impossible(`${quorum} branches are needed, but only ${incoming} lead here.`);
    else if (mode !== 'quorum' && quorum !== undefined)
      unused('data.quorum', 'The quorum counts in mode `quorum` only.');
    if (mode === 'all' && losers !== undefined)
      unused('data.losers', 'In mode `all` there are no losers: every branch is waited for.');
    return problems;
  },
  compile: () => ({}),
  execute(_, context) {
    const taken = [...new Set(context.taken)];
    const values = context.map(Object.fromEntries(taken.map((id) => [id, `nodes["${id}"]`])));
    return Promise.resolve({ output: { taken, values } });
  },
});
