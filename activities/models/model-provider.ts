/** One message of a prompt. */
export interface PromptMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface ModelRequest {
  model: string;
  messages: PromptMessage[];
  maxOutputTokens: number;
  /** Asks for JSON that satisfies the schema; `name` labels it for the model. */
  output?: { name: string; schema: Record<string, unknown> };
  /** The same in every attempt at the same call. */
  idempotencyKey: string;
}

export interface Usage {
  promptTokens: number;
  completionTokens: number;
}

export interface ModelAnswer {
  text: string;
  usage: Usage;
}

/** A service that answers prompts. All of its errors are `ModelError`. */
export interface ModelProvider {
  /**
   * Streams one answer.
   * @param onText called with each piece as it arrives, in order.
   * @param signal ends the call and its HTTP request.
   * @throws ModelError
   */
  answer(request: ModelRequest, signal: AbortSignal, onText: (piece: string) => void): Promise<ModelAnswer>;
}
