import type { Line } from '../conversation';
import { isGreeting, isQuestion } from './keywords';
import type { Scene } from './scene';

const pointsListed = 4;
const longestQuote = 140;

/** The last few things people and other agents said, each with its speaker; greetings and own summaries are left out. */
export function summarise({ lines }: Scene): string {
  const points = lines.filter((line) => !line.own && !isGreeting(line.text) && !asksForSummary(line.text));
  if (points.length === 0) return 'There is nothing to sum up yet: nobody has made a point.';
  const listed = points.slice(-pointsListed).map((line) => `- ${pointOf(line)}`);
  return `Here is where we stand:\n${listed.join('\n')}`;
}

/** The longest sentence stands for the message: openings such as "Good question" are short. */
function pointOf({ speaker, text }: Line): string {
  const sentences = text.match(/.+?(?:[.!?](?=\s|$)|$)/g) ?? [text];
  const point = sentences.reduce((longest, next) => (next.length > longest.length ? next : longest)).trim();
  const quote = point.length > longestQuote ? `${point.slice(0, longestQuote).trimEnd()}…` : point;
  return `${speaker ?? 'Somebody'} ${isQuestion(point) ? 'asked' : 'said'}: “${quote}”`;
}

const asksForSummary = (text: string): boolean => /\b(?:summar|sum (?:it |this |that )?up|recap)/i.test(text);
