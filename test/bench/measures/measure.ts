import type { Contender } from '../contender';
import type { Ours } from '../ours';
import type { Servers } from '../servers';

/** One line of the table. */
export interface Row {
  /** Letter of the measure. */
  key: string;
  what: string;
  ours: string;
  bare: string;
  ratio: string;
  target: string;
  /** null: it has no target. */
  met: boolean | null;
}

export interface BenchContext {
  servers: Servers;
  ours: Ours;
  bare: Contender;
  /** Fewer repetitions: shows that everything works, not how fast it is. */
  quick: boolean;
  say: (line: string) => void;
  /** Where CPU profiles are written. */
  profile: string | undefined;
}

export type Measure = (context: BenchContext) => Promise<Row[]>;

export const ms = (value: number): string => `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`;
export const times = (value: number): string => `${value.toFixed(2)}×`;
