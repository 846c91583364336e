import { isJsonObject, isTooDeep, type Json, type JsonObject } from '../../workflows/contracts/json';

const maxChars = 65_536;
const maxDepth = 32;
/** Parts of a schema that one value can be checked against, with what is referred to counted as often as it is. */
const maxParts = 10_000;

/**
 * Why a schema that users wrote is not taken, besides being no JSON Schema: it is too large, refers to something outside of
 * itself, or could keep a process busy for too long. null: it is taken.
 */
export function refuseSchema(schema: unknown): string | null {
  if (!isJsonObject(schema)) return 'A JSON Schema is an object.';
  if (isTooDeep(schema, maxDepth)) return `The schema is nested deeper than ${maxDepth} levels.`;
  if (JSON.stringify(schema).length > maxChars) return `The schema is longer than ${maxChars} characters.`;
  try {
    countParts(schema, schema, [], new Map());
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

class Refusal extends Error {}

function countParts(
  part: Json,
  root: JsonObject,
  open: readonly string[],
  known: Map<string, number>,
): number {
  if (typeof part !== 'object' || part === null) return 0;
  let sum = 1;
  if (!Array.isArray(part)) {
    for (const keyword of ['$dynamicRef', '$recursiveRef', '$anchor', '$dynamicAnchor'])
      if (keyword in part) throw new Refusal(`${keyword} is not supported.`);
    if (typeof part.$id === 'string' && part !== root)
      throw new Refusal('$id is not supported within a schema.');
    if (typeof part.$ref === 'string') sum += countTarget(part.$ref, root, open, known);
  }
  for (const child of Object.values(part)) sum += countParts(child, root, open, known);
  if (sum > maxParts)
    throw new Refusal(`With what it refers to, the schema has more than ${maxParts} parts.`);
  return sum;
}

function countTarget(
  ref: string,
  root: JsonObject,
  open: readonly string[],
  known: Map<string, number>,
): number {
  if (!/^#\/(\$defs|definitions)\/[^/]+$/.test(ref))
    throw new Refusal(`$ref can name what is in $defs only: "#/$defs/name", not "${ref.slice(0, 100)}".`);
  if (open.includes(ref)) throw new Refusal(`"${ref}" refers to itself, which is not supported.`);
  const before = known.get(ref);
  if (before !== undefined) return before;
  const [group = '', name = ''] = ref.slice(2).split('/').map(unescapePointer);
  const definitions = root[group];
  const target =
    isJsonObject(definitions) && Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (target === undefined) throw new Refusal(`"${ref}" does not exist.`);
  const count = countParts(target, root, [...open, ref], known);
  known.set(ref, count);
  return count;
}

export const unescapePointer = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');
