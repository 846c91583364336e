import type { ASTNode } from '@marcbachmann/cel-js';
import { asMacro, childrenOf, variableNames, type Macro, type VariableName } from './syntax';

/** One way into a value: the name of a field, or an item of a list (or a field whose name is not known before). */
export type Step = string | typeof anyItem;
export const anyItem = Symbol('any item');

/** A value that an expression takes from a variable: `nodes.draft.items[0]`. */
export interface Reference {
  root: VariableName | Macro;
  steps: Step[];
  /** Where it stands in the source. */
  start: number;
  end: number;
  /** Ids of nodes that surely have an output where it stands: `has(nodes.id)`, or `"id" in nodes`, has been asked. */
  guards: ReadonlySet<string>;
  /** Asks only whether the value is there: `has(…)` around it, or `"id" in nodes`. */
  asks: boolean;
}

/** Every reference of an expression, in order. */
export function findReferences(root: ASTNode): Reference[] {
  const found: Reference[] = [];

  const visit = (node: ASTNode, guards: ReadonlySet<string>, macro: Macro | undefined): void => {
    const go = (child: ASTNode, more: readonly string[] = []): void =>
      visit(child, more.length === 0 ? guards : new Set([...guards, ...more]), macro);
    const path = pathOf(node, macro);
    const asked = questionOf(node, macro);
    if (asked) found.push({ ...asked, start: node.start, end: node.end, guards, asks: true });
    else if (path) {
      found.push({ ...path, start: node.start, end: node.end, guards, asks: false });
      for (const index of path.indexes) go(index);
    } else if (node.op === '&&' || node.op === '||') {
      // An error on one side does not matter when the other side decides, so the order of the sides does not either.
      const [left, right] = node.args;
      const known = node.op === '&&' ? guardsIf(true) : guardsIf(false);
      go(left, known(right));
      go(right, known(left));
    } else if (node.op === '?:') {
      const [condition, yes, no] = node.args;
      go(condition);
      go(yes, guardsIf(true)(condition));
      go(no, guardsIf(false)(condition));
    } else {
      const inner = asMacro(node);
      if (inner) {
        go(inner.list);
        for (const part of inner.body) visit(part, guards, inner);
      } else for (const child of childrenOf(node)) go(child);
    }
  };
  visit(root, new Set(), undefined);
  return found;
}

interface Path {
  root: VariableName | Macro;
  steps: Step[];
  /** Expressions between brackets. */
  indexes: ASTNode[];
}

/** A variable and how it goes on from there; undefined: the node is something else. */
function pathOf(node: ASTNode, macro: Macro | undefined): Path | undefined {
  if (node.op === 'id') {
    if (macro?.variable === node.args) return { root: macro, steps: [], indexes: [] };
    const root = variableNames.find((name) => name === node.args);
    return root && { root, steps: [], indexes: [] };
  }
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const path = pathOf(node.args[0], macro);
  if (!path) return undefined;
  if (node.op === '.') return { ...path, steps: [...path.steps, node.args[1]] };
  const index = node.args[1];
  if (index.op === 'value' && typeof index.args === 'string')
    return { ...path, steps: [...path.steps, index.args] };
  return { ...path, steps: [...path.steps, anyItem], indexes: [...path.indexes, index] };
}

/** `has(path)` or `"id" in nodes`. */
function questionOf(node: ASTNode, macro: Macro | undefined): Path | undefined {
  if (node.op === 'call' && node.args[0] === 'has') {
    const [argument] = node.args[1];
    return argument && pathOf(argument, macro);
  }
  if (node.op !== 'in') return undefined;
  const [id, nodes] = node.args;
  return id.op === 'value' && typeof id.args === 'string' && nodes.op === 'id' && nodes.args === 'nodes'
    ? { root: 'nodes', steps: [id.args], indexes: [] }
    : undefined;
}

/** Ids of the nodes that surely have an output if a condition has this outcome. */
const guardsIf =
  (outcome: boolean) =>
  (node: ASTNode): string[] => {
    if (node.op === '!_') return guardsIf(!outcome)(node.args);
    if (node.op === (outcome ? '&&' : '||')) return node.args.flatMap(guardsIf(outcome));
    const asked = outcome ? questionOf(node, undefined) : undefined;
    const [id] = asked?.root === 'nodes' ? asked.steps : [];
    return typeof id === 'string' ? [id] : [];
  };
