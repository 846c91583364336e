/** About the most steps that one test of a pattern may take. */
const maxSteps = 1e8;
/** Most ways through the optional parts and alternatives of a pattern. */
const maxWays = 10_000;
const maxPatternChars = 500;

export interface BoundedPattern {
  test(text: string): boolean;
  /** Tells it from others: ajv keeps one of each. */
  toString(): string;
}

/**
 * A regular expression of a user, which cannot hold up the process: repetitions within repetitions are refused, and the
 * more repetitions there are, the shorter is the text that it is tested on. A longer text does not match.
 * @throws Error when the pattern is refused or is none.
 */
export function boundedPattern(pattern: string, flags: string): BoundedPattern {
  if (pattern.length > maxPatternChars)
    throw new Error(`The pattern is longer than ${maxPatternChars} characters.`);
  const expression = new RegExp(pattern, flags);
  const { repetitions, ways } = measure(pattern);
  if (ways > maxWays) throw new Error('The pattern has too many optional parts and alternatives.');
  // Each repetition may try every length, and a pattern that may begin anywhere does so at every place.
  const power = repetitions + (pattern.startsWith('^') ? 0 : 1);
  const maxText = power <= 1 ? Infinity : Math.floor((maxSteps / ways) ** (1 / power));
  return {
    test: (text) => text.length <= maxText && expression.test(text),
    toString: () => expression.toString(),
  };
}

interface Group {
  alternatives: number;
  /** It repeats or chooses inside, so that it must not be repeated itself. */
  varies: boolean;
}

function measure(pattern: string): { repetitions: number; ways: number } {
  let repetitions = 0;
  let ways = 1;
  let group: Group = { alternatives: 1, varies: false };
  const around: Group[] = [];
  /** What stands before: a group that varies, or anything else that a quantifier could follow. */
  let before: 'varying' | 'quantifier' | 'other' = 'other';

  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    const quantifier = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})/.exec(pattern.slice(at));
    if (quantifier) {
      const [text, from, comma, to] = quantifier;
      at += text.length - 1;
      const isRange = from === undefined || (comma !== undefined && from !== to);
      if (text === '?') {
        if (before !== 'quantifier') ways *= 2;
      } else if (before === 'varying')
        throw new Error('The pattern repeats a group that repeats or chooses inside.');
      else if (isRange) repetitions += 1;
      group.varies ||= isRange;
      before = 'quantifier';
      continue;
    }
    before = 'other';
    if (char === '\\') {
      at += 1;
      if (/[1-9k]/.test(pattern.charAt(at))) throw new Error('The pattern must not refer to its groups.');
    } else if (char === '[') at = endOfClass(pattern, at);
    else if (char === '|') group.alternatives += 1;
    else if (char === '(') {
      const [kind = ''] = /^\(\?(?:<?[=!]|:|<[^>]*>)?/.exec(pattern.slice(at)) ?? [];
      if (/[=!]$/.test(kind)) throw new Error('The pattern must not look ahead or behind.');
      at += Math.max(0, kind.length - 1);
      around.push(group);
      group = { alternatives: 1, varies: false };
    } else if (char === ')') {
      const { alternatives, varies } = group;
      group = around.pop() ?? group;
      ways *= alternatives;
      if (varies || alternatives > 1) {
        group.varies = true;
        before = 'varying';
      }
    }
  }
  return { repetitions, ways };
}

function endOfClass(pattern: string, from: number): number {
  for (let at = from + 1; at < pattern.length; at += 1) {
    if (pattern.charAt(at) === '\\') at += 1;
    else if (pattern.charAt(at) === ']') return at;
  }
  return pattern.length;
}
