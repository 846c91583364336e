/** What both chat completions and responses ask of the model, whatever their JSON looks like. */
export interface Prompt {
  model: string;
  /** System and developer messages, joined by line breaks. */
  system: string;
  turns: PromptTurn[];
  tools: ToolOffer[];
  toolChoice: ToolChoice;
  /** False allows one tool call an answer. */
  parallelTools: boolean;
  format: AnswerFormat;
  /** In the server's own approximate tokens; without it an answer is never cut. */
  maxTokens: number | undefined;
}

export interface PromptTurn {
  role: 'user' | 'assistant' | 'tool';
  text: string;
  /** Set on tool results whose call is part of the prompt. */
  toolName?: string | undefined;
}

export interface ToolOffer {
  name: string;
  parameters: JsonSchema;
}

export type ToolChoice = { mode: 'auto' | 'none' | 'required' } | { mode: 'named'; name: string };

export type AnswerFormat =
  { type: 'text' | 'json_object' } | { type: 'json_schema'; name: string; schema: JsonSchema };

export type JsonSchema = Record<string, unknown>;

export interface Answer {
  /** Empty when tools are called instead. */
  text: string;
  toolCalls: { name: string; arguments: string }[];
  finish: 'stop' | 'length' | 'tool_calls';
  usage: { promptTokens: number; completionTokens: number };
}

export function lastUserText(prompt: Prompt): string {
  return prompt.turns.findLast((turn) => turn.role === 'user')?.text ?? '';
}
