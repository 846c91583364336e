import type { OpenedRun } from '../contracts/run/activities';
import type { RunWorkflowInput } from '../contracts/run/run';
import type { CelValue } from '../graph/expressions';
import type { Approvals } from './approvals';
import type { Calls } from './calls';
import type { Children } from './children';
import type { Gate } from './gate';
import type { Records } from './records';

/** What all nodes of a run share. */
export interface RunEnvironment {
  readonly input: RunWorkflowInput;
  readonly opened: OpenedRun;
  /** `input`, `trigger` and `run`, as expressions know them. */
  readonly variables: Readonly<Record<string, CelValue>>;
  readonly gate: Gate;
  readonly calls: Calls;
  readonly records: Records;
  readonly approvals: Approvals;
  readonly children: Children;
  /** Keys of nodes that wait for people or for a time. */
  readonly waits: Set<string>;
  /** Keys of nodes that have begun and not ended. */
  readonly atWork: Set<string>;
  /** How many nodes have ended. */
  ended: number;
}

/** Where a scope stands: outside of all loops, or in an iteration of one. */
export interface Place {
  /** Of the node run keys: `''`, `each[3]/`. */
  readonly prefix: string;
  /** `item`, `index`, `previous`. */
  readonly variables: Readonly<Record<string, CelValue>>;
  /** Outputs of the nodes outside. */
  readonly outside: ReadonlyMap<string, CelValue>;
}
