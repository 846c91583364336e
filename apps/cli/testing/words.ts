import { suiteNames, type SuiteName } from './suites';

const isSuite = (word: string): word is SuiteName => (suiteNames as readonly string[]).includes(word);

/** Suites come first; from the first word that is none, everything is for Jest. */
export function readWords(words: readonly string[]): { suites: readonly SuiteName[]; args: string[] } {
  const end = words.findIndex((word) => !isSuite(word));
  const leading = (end === -1 ? words : words.slice(0, end)).filter((word) => isSuite(word));
  const suites = leading.length === 0 ? suiteNames : suiteNames.filter((name) => leading.includes(name));
  return { suites, args: end === -1 ? [] : words.slice(end) };
}
