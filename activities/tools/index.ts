import type { ToolSpec } from '../../workflows/contracts/graph/catalogue';
import { calculator } from './calculator';
import { note } from './note';
import type { Tool } from './tool';

/** The tools that the platform brings along, by name. To add one, write it in a file of its own and name it here. */
export const builtInTools: ReadonlyMap<string, Tool> = new Map(
  [calculator, note].map((tool) => [tool.spec.name, tool]),
);

export const builtInToolSpecs: readonly ToolSpec[] = [...builtInTools.values()].map(({ spec }) => spec);
