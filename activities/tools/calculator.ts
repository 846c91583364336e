import { evaluate } from '../../infra/arithmetic/evaluate';
import { ToolError, type Tool } from './tool';

export const calculator: Tool = {
  spec: {
    name: 'calculator',
    description: 'Works out an expression of numbers, + - * / % ^ and parentheses.',
    inputSchema: {
      type: 'object',
      properties: {
        expression: { type: 'string', minLength: 1, maxLength: 1000, examples: ['(2 + 3) * 4'] },
      },
      required: ['expression'],
      additionalProperties: false,
    },
    outputSchema: {
      type: 'object',
      properties: { result: { type: 'number' } },
      required: ['result'],
      additionalProperties: false,
    },
    repeatable: true,
  },
  call(input) {
    const { expression } = input as { expression: string };
    const answer = evaluate(expression);
    if (!answer) return Promise.reject(new ToolError(`"${expression}" is no arithmetic expression.`));
    if (answer.value === undefined)
      return Promise.reject(new ToolError(`"${expression}" has no finite value.`));
    return Promise.resolve({ result: answer.value });
  },
};
