/**
 * What one check came to. `fine` and `note` let CoAgent run; `missing` (a thing), `unreachable` (an address) and
 * `wrong` (a value) do not.
 */
export type FindingState = 'fine' | 'note' | 'missing' | 'unreachable' | 'wrong';

export interface Finding {
  subject: string;
  state: FindingState;
  /** What was found, or why it is not fine. */
  detail: string;
  /** What to do about it. */
  hint?: string;
}

export const isTrouble = ({ state }: Finding): boolean => state !== 'fine' && state !== 'note';

const marks: Readonly<Record<FindingState, string>> = {
  fine: '✔',
  note: '•',
  missing: '✖ missing:',
  unreachable: '✖ unreachable:',
  wrong: '✖',
};

export function showFinding({ subject, state, detail, hint }: Finding): string {
  const line = `${subject.padEnd(14)}${marks[state]} ${detail}`;
  return hint === undefined ? line : `${line}\n${' '.repeat(14)}→ ${hint}`;
}
