/** One or two letters that stand for a name. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => {
    const [first] = /[\p{L}\p{N}]/u.exec(word ?? '') ?? [];
    return first?.toLocaleUpperCase() ?? '';
  });
  return letters.join('') || '?';
}

/** How many colours there are for people and agents (`.hue-0` …). */
export const hues = 8;

/** The colour of somebody, the same everywhere. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % hues;
}

/** `Ada`, `Ada and Ben`, `Ada, Ben and 3 others`. */
export function listNames(names: readonly string[], most = 3): string {
  const [first = '', second = ''] = names;
  if (names.length <= 1) return first;
  if (names.length === 2) return `${first} and ${second}`;
  if (names.length <= most) return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  const shown = names.slice(0, most - 1);
  return `${shown.join(', ')} and ${names.length - shown.length} others`;
}
