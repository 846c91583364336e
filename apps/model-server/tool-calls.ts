import { findSum } from './arithmetic';
import { stripDirectives } from './directives';
import { instanceOf } from './json-schema-instance';
import { lastUserText, type Answer, type Prompt, type ToolOffer } from './prompt';

/**
 * The tool calls an answer consists of, or none. `tool_choice` decides first. When the model is free to choose it calls
 * each tool that the last user message names (`add_note` also as "add note"), and one named like a calculator for a sum;
 * after a tool's result it calls nothing, so that a conversation ends.
 */
export function chooseToolCalls(prompt: Prompt): Answer['toolCalls'] {
  const { tools, toolChoice } = prompt;
  if (tools.length === 0 || toolChoice.mode === 'none') return [];
  const message = withoutSpeaker(stripDirectives(lastUserText(prompt)));
  const call = (tool: ToolOffer) => ({ name: tool.name, arguments: argumentsFor(tool, message) });

  if (toolChoice.mode === 'named') return tools.filter((tool) => tool.name === toolChoice.name).map(call);
  if (toolChoice.mode === 'auto' && prompt.turns.at(-1)?.role === 'tool') return [];
  const wanted = wantedTools(tools, message);
  const chosen = wanted.length === 0 && toolChoice.mode === 'required' ? tools.slice(0, 1) : wanted;
  return (prompt.parallelTools ? chosen : chosen.slice(0, 1)).map(call);
}

function wantedTools(tools: readonly ToolOffer[], message: string): ToolOffer[] {
  const spoken = ` ${spacedWords(message)} `;
  const named = tools.filter((tool) => spoken.includes(` ${spacedWords(tool.name)} `));
  if (named.length > 0) return named;
  const calculator = tools.find((tool) => /calculator/i.test(tool.name));
  return calculator && findSum(message) ? [calculator] : [];
}

const spacedWords = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

function argumentsFor(tool: ToolOffer, message: string): string {
  const schema = requireSomething(tool.parameters);
  const args = instanceOf(schema, (property) => textForArgument(property, message));
  return JSON.stringify(args);
}

/** A tool whose arguments are all optional is still given its first one: a call without any says nothing. */
function requireSomething(schema: ToolOffer['parameters']): ToolOffer['parameters'] {
  if (Array.isArray(schema.required) && schema.required.length > 0) return schema;
  const [first] = Object.keys((schema.properties as object | undefined) ?? {});
  return first === undefined ? { type: 'object', ...schema } : { ...schema, required: [first] };
}

/** Expressions and places are found in the message; any other text argument is the message itself. */
function textForArgument(property: string, message: string): string {
  if (/expression|formula/i.test(property)) return findSum(message)?.expression ?? message;
  if (/city|location|place|country/i.test(property)) {
    return (
      /\b(?:in|at|for|near|of)\s+(\p{Lu}[\p{L}'-]*(?:\s\p{Lu}[\p{L}'-]*)*)/u.exec(message)?.[1] ?? message
    );
  }
  return message;
}

const withoutSpeaker = (text: string): string => text.replace(/^[^\s:][^:\n]{0,39}:\s+/, '').trim();
