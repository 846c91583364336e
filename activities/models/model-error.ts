import { ApplicationFailure } from '@temporalio/activity';
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { modelFailures, type ModelFailureType } from '../../workflows/contracts/model-failures';

/** A model call failed. `retryAfterMs` is the provider's own wish, in milliseconds. */
export class ModelError extends Error {
  constructor(
    readonly type: ModelFailureType,
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(modelFailures[type].detail, options);
    this.name = 'ModelError';
  }
}

/** Longest delay of a provider that is honoured, in milliseconds; the turn's deadline is shorter than most such wishes. */
const longestDelayMs = 120_000;

/** After this many attempts a failing provider is given up. */
const mostAttempts = 6;

/**
 * The workflow-side form of a model error: typed, with the provider's delay before the next attempt.
 * @param allowed attempts after which it is final.
 */
export function toFailure(error: ModelError, attempt: number, allowed = mostAttempts): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.type,
    message: error.message,
    nonRetryable: !modelFailures[error.type].retryable || attempt >= allowed,
    ...(error.retryAfterMs === undefined
      ? {}
      : { nextRetryDelay: Math.min(error.retryAfterMs, longestDelayMs) }),
    ...(error.cause instanceof Error ? { cause: error.cause } : {}),
  });
}

/** Sorts what the openai client throws into the closed set. Aborts by the caller are passed on as they are. */
export function fromOpenAI(error: unknown): unknown {
  if (error instanceof ModelError || error instanceof APIUserAbortError) return error;
  const cause = { cause: error };
  if (error instanceof APIConnectionTimeoutError) return new ModelError('model_timeout', undefined, cause);
  if (error instanceof APIConnectionError) return new ModelError('model_unreachable', undefined, cause);
  if (error instanceof APIError) {
    const { status, code, headers } = error as APIError;
    return new ModelError(typeOf(status, code), retryAfter(headers), cause);
  }
  if (error instanceof SyntaxError) return new ModelError('model_malformed', undefined, cause);
  // undici reports a broken stream as a TypeError ("terminated") and node as an error with a code.
  return new ModelError('model_cut_off', undefined, cause);
}

function typeOf(status: number | undefined, code: string | null | undefined): ModelFailureType {
  switch (status) {
    case 401:
    case 403:
      return 'model_unauthorised';
    case 404:
      return 'model_not_found';
    case 408:
      return 'model_timeout';
    case 429:
      return code === 'insufficient_quota' ? 'model_quota_exhausted' : 'model_rate_limited';
    case undefined:
      return 'model_cut_off';
    default:
      if (status >= 500) return 'model_overloaded';
      return code === 'context_length_exceeded' ? 'model_prompt_too_long' : 'model_refused';
  }
}

/** `retry-after-ms`, or `retry-after` as seconds or as a date. */
function retryAfter(headers: Headers | undefined): number | undefined {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const seconds = Number(value);
  const delay = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(delay) && delay >= 0 ? delay : undefined;
}
