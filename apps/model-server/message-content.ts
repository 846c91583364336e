import { z } from 'zod';
import { ApiError } from './api-error';
import type { ToolChoice, ToolOffer } from './prompt';

export const jsonSchema = z.record(z.string(), z.unknown());

/** Text, or parts of which only those with text count: this model neither sees nor hears. */
export const content = z.union([
  z.string(),
  z.array(z.object({ type: z.string(), text: z.string().optional() })),
]);

export function textOf(parts: z.output<typeof content>): string {
  return typeof parts === 'string' ? parts : parts.map((part) => part.text ?? '').join('');
}

export function knownToolChoice(
  choice: 'auto' | 'none' | 'required' | { name: string },
  tools: readonly ToolOffer[],
): ToolChoice {
  if (typeof choice === 'string') return { mode: choice };
  if (tools.some((tool) => tool.name === choice.name)) return { mode: 'named', name: choice.name };
  throw new ApiError(400, `tool_choice names "${choice.name}", which is not among the tools.`, {
    code: 'invalid_value',
    param: 'tool_choice',
  });
}
