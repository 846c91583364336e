import { ModelError } from './model-error';

/** Ends a turn when an agent writes it at the end of its message. */
const stopWord = /\s*\bTASK_COMPLETE\b[.!]?\s*$/;

/**
 * What an agent said, and whether it said that the task is complete.
 * @throws ModelError when it said nothing.
 */
export function readAnswer(raw: string): { text: string; complete: boolean } {
  const clean = stored(raw).trim();
  const text = clean.replace(stopWord, '');
  if (text === '') throw new ModelError('model_malformed');
  return { text, complete: text !== clean };
}

/** @throws ModelError */
export function readJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch (error) {
    throw new ModelError('model_malformed', undefined, { cause: error });
  }
}

/** Postgres stores no NUL. */
const stored = (text: string): string => text.replaceAll('\u0000', '');
