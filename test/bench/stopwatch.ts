import type { Exchange } from './contender';

/** Times one exchange after the other. */
export interface Stopwatch {
  /** Begins now. Resolves when everything has happened that is due. */
  start(): Promise<Exchange>;
  /** Only the first of each kind counts. */
  mark(what: keyof Exchange, at?: number): void;
  /** What is due will not come. */
  fail(why: string): void;
}

const patienceMs = 60_000;

export function createStopwatch(agent: boolean): Stopwatch {
  const due: (keyof Exchange)[] = agent
    ? ['accepted', 'created', 'firstToken', 'answered']
    : ['accepted', 'created'];
  let begun = 0;
  let marks: Partial<Exchange> = {};
  let end: ((error?: Error) => void) | undefined;

  return {
    start() {
      return new Promise((resolve, reject) => {
        const late = (): void => {
          const missing = due.filter((what) => marks[what] === undefined);
          end?.(new Error(`An exchange did not end: no ${missing.join(', ')}.`));
        };
        const timer = setTimeout(late, patienceMs);
        end = (error) => {
          clearTimeout(timer);
          end = undefined;
          if (error) reject(error);
          else resolve({ accepted: NaN, created: NaN, firstToken: NaN, answered: NaN, ...marks });
        };
        marks = {};
        begun = performance.now();
      });
    },
    mark(what, at = performance.now()) {
      marks[what] ??= at - begun;
      if (due.every((each) => marks[each] !== undefined)) end?.();
    },
    fail: (why) => end?.(new Error(`An exchange failed: ${why}.`)),
  };
}
