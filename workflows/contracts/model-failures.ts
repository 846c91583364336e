/**
 * Every way a model call can fail: the type of the activity's failure, whether another attempt may help, and what
 * people are told. The set is closed.
 */
export const modelFailures = {
  model_rate_limited: { retryable: true, detail: 'The model provider limits the rate of requests.' },
  model_overloaded: { retryable: true, detail: 'The model provider is overloaded or failed.' },
  model_timeout: { retryable: true, detail: 'The model did not answer in time.' },
  model_unreachable: { retryable: true, detail: 'The model provider cannot be reached.' },
  model_cut_off: { retryable: true, detail: 'The model’s answer broke off.' },
  model_malformed: { retryable: true, detail: 'The model’s answer could not be understood.' },
  model_unauthorised: {
    retryable: false,
    detail: 'The model provider refused the key. Check OPENAI_API_KEY.',
  },
  model_not_found: {
    retryable: false,
    detail: 'The model provider does not know this model. Check the agent’s model.',
  },
  model_quota_exhausted: {
    retryable: false,
    detail: 'The account at the model provider has no credit left.',
  },
  model_refused: { retryable: false, detail: 'The model provider refused the request.' },
  model_prompt_too_long: {
    retryable: false,
    detail: 'The prompt is too long for the model. Lower ROOM_HISTORY_TOKENS or shorten the instructions.',
  },
  model_answer_too_large: { retryable: false, detail: 'The model’s answer is larger than a message may be.' },
} as const satisfies Record<string, { retryable: boolean; detail: string }>;

export type ModelFailureType = keyof typeof modelFailures;

export const isModelFailure = (type: string | null | undefined): type is ModelFailureType =>
  typeof type === 'string' && Object.hasOwn(modelFailures, type);
