import type { ASTNode } from '@marcbachmann/cel-js';
import { ExpressionError } from './expression-error';
import { timestampFunction, timestampMethods } from './timestamp';

const graphVariables = ['input', 'trigger', 'run', 'nodes', 'item', 'index', 'previous'] as const;
const policyVariables = ['event', 'events'] as const;

/** Variables that expressions know; which of them have a value depends on where they stand. */
export const variableNames = [...graphVariables, ...policyVariables] as const;
export type VariableName = (typeof variableNames)[number];

const functions = new Set(['has', 'size', 'string', 'int', 'double', 'bool', 'dyn', 'timestamp', 'duration']);
const methods = new Set([
  ...['contains', 'startsWith', 'endsWith', 'lowerAscii', 'upperAscii', 'trim', 'indexOf', 'lastIndexOf'],
  ...['substring', 'split', 'join', 'size', ...timestampMethods],
]);
const macros = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** A macro over a list, like `list.map(x, x + 1)`. */
export interface Macro {
  variable: string;
  list: ASTNode;
  /** What is evaluated for each item. */
  body: ASTNode[];
}

export function asMacro(node: ASTNode): Macro | undefined {
  if (node.op !== 'rcall' || !macros.has(node.args[0])) return undefined;
  const [, list, [variable, ...body]] = node.args;
  if (variable?.op !== 'id' || body.length === 0) return undefined;
  return { variable: variable.args, list, body };
}

/** The parts that a node is made of, from left to right. */
export function childrenOf({ op, args }: ASTNode): ASTNode[] {
  if (op === 'value' || op === 'id') return [];
  if (op === '.' || op === '.?') return [args[0]];
  if (op === 'call') return args[1];
  if (op === 'rcall') return [args[1], ...args[2]];
  if (op === 'map') return args.flat();
  return op === '!_' || op === '-_' ? [args] : [...args];
}

/**
 * Refuses what is not allowed: functions that are costly (`matches`) or depend on the machine, macros within macros,
 * bytes, unsigned integers, names that do not exist.
 * @throws ExpressionError
 */
export function checkSyntax(root: ASTNode): void {
  const visit = (node: ASTNode, bound: string | undefined): void => {
    const refuse = (message: string): never => {
      throw new ExpressionError('forbidden', message, node.start);
    };
    const macro = asMacro(node);
    if (macro) {
      if (bound !== undefined) refuse('A macro within a macro is not allowed.');
      // `event` and `events` have a meaning in policies only, so graphs may name the items of a list that way.
      if (isOneOf(graphVariables, macro.variable))
        refuse(`"${macro.variable}" means something else here: take another name.`);
      visit(macro.list, bound);
      for (const part of macro.body) visit(part, macro.variable);
      return;
    }
    if (node.op === 'value' && typeof node.args === 'object' && node.args !== null)
      refuse('Bytes and unsigned integers are not allowed.');
    if (node.op === 'id' && node.args !== bound && !isOneOf(variableNames, node.args))
      throw new ExpressionError('invalid', `There is no variable "${node.args}".`, node.start);
    if (node.op === 'call' && !functions.has(node.args[0])) refuse(`There is no function ${node.args[0]}().`);
    if (node.op === 'rcall' && !methods.has(node.args[0])) refuse(`There is no method ${node.args[0]}().`);
    if (node.op === 'rcall' && timestampMethods.includes(node.args[0]) && node.args[2].length > 0)
      refuse(`${node.args[0]}() takes no time zone: times are in UTC.`);
    for (const child of childrenOf(node)) visit(child, bound);
  };
  visit(root, undefined);
}

const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name);

/** Makes `timestamp()` call this project's own function. */
export function replaceTimestamps(node: ASTNode): void {
  if (node.op === 'call' && node.args[0] === 'timestamp') node.args[0] = timestampFunction;
  for (const child of childrenOf(node)) replaceTimestamps(child);
}
