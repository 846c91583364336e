import { readConversation } from './conversation';
import { readDirectives, type Directives } from './directives';
import { instanceOf } from './json-schema-instance';
import { chooseSpeaker, nextSpeakerSchema } from './next-speaker';
import { lastUserText, type Answer, type JsonSchema, type Prompt } from './prompt';
import { replyInPersona } from './replies/reply-in-persona';
import { replyFromTools } from './replies/tool-results';
import { chooseToolCalls } from './tool-calls';
import { countPromptTokens, countTokens, cutToTokens } from './tokens';

/** Whether directives in the text of this prompt count: a next-speaker request carries other people's messages. */
export function promptDirectives(prompt: Prompt): Directives {
  const isRouting = prompt.format.type === 'json_schema' && prompt.format.name === nextSpeakerSchema;
  return readDirectives(isRouting ? '' : lastUserText(prompt));
}

/**
 * The model: rules only, no state, so the same prompt has the same answer.
 * @throws ApiError 400 for a directive or a JSON Schema it cannot follow.
 */
export function composeAnswer(prompt: Prompt, directives: Directives): Answer {
  const promptTokens = countPromptTokens(prompt);
  const obeyed = obeyedText(directives);
  const toolCalls = obeyed === undefined ? chooseToolCalls(prompt) : [];
  if (toolCalls.length > 0) {
    const completionTokens = countTokens(toolCalls.map((call) => `${call.name} ${call.arguments}`).join(' '));
    return { text: '', toolCalls, finish: 'tool_calls', usage: { promptTokens, completionTokens } };
  }
  const whole = obeyed ?? formatted(prompt, directives);
  const { maxTokens } = prompt;
  const isCut = maxTokens !== undefined && countTokens(whole) > maxTokens;
  const text = isCut ? cutToTokens(whole, maxTokens) : whole;
  const usage = { promptTokens, completionTokens: countTokens(text) };
  return { text, toolCalls, finish: isCut ? 'length' : 'stop', usage };
}

function obeyedText(directives: Directives): string | undefined {
  const { reply, tokens } = directives;
  if (reply !== undefined) return withEndings(reply, directives);
  if (tokens === undefined) return undefined;
  return withEndings(Array.from({ length: tokens }, (_, at) => `w${at + 1}`).join(' '), directives);
}

function formatted(prompt: Prompt, directives: Directives): string {
  switch (prompt.format.type) {
    case 'json_schema':
      return JSON.stringify(instanceFor(prompt, prompt.format));
    case 'json_object':
      return JSON.stringify({ answer: freeText(prompt) });
    case 'text':
      return withEndings(freeText(prompt), directives);
  }
}

function instanceFor(prompt: Prompt, format: { name: string; schema: JsonSchema }): unknown {
  if (format.name === nextSpeakerSchema) return { speaker: chooseSpeaker(prompt, format.schema) };
  const text = readConversation(prompt).findLast((line) => !line.own)?.text ?? '';
  return instanceOf(format.schema, () => text || 'offline demo model');
}

function freeText(prompt: Prompt): string {
  return prompt.turns.at(-1)?.role === 'tool' ? replyFromTools(prompt) : replyInPersona(prompt);
}

function withEndings(text: string, { mentions, complete }: Directives): string {
  const mentioned = mentions.reduce((rest, name) => `${rest} @${name}`, text);
  return complete ? `${mentioned} TASK_COMPLETE` : mentioned;
}
