const stopWords = new Set(
  (
    'a about above again all also am an and any anyone anything are as ask at be because been before being but by can ' +
    "can't cannot could did didn't do does doesn't doing don't each else even ever every explain few find for from get " +
    'give go going good got had has have having he hello help her here hey hi him his how i if in into is it its just ' +
    'kind know let like look lot make many may maybe me mean might more most much must my need no not now of off ok okay ' +
    'on one only or other our out over own please quite rather really right same say see shall she should show so some ' +
    'something still such sure take tell than thank thanks that the their them then there these they thing things think ' +
    'this those through to today together too understand up us use used using very want was way we well were what when ' +
    "where which while who why will with without work works would yes yet you your i'm it's that's what's let's " +
    'won win happen happened happens mean means meet start check'
  ).split(' '),
);

/** Up to three words that carry a text, in its order, each once. */
export function keywords(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) ?? [];
  const kept = words.filter(
    (word) => word.length > 1 && !stopWords.has(word.toLowerCase().replace('’', "'")),
  );
  const unique = [...new Map(kept.map((word) => [word.toLowerCase(), word])).values()];
  return unique.slice(0, 3);
}

const openings = [
  /\b(?:what|who) (?:is|are|was|were) (.+)$/i,
  /\bhow (?:do|does|did) (.+?) work\b/i,
  /\b(?:explain|describe|define|tell (?:me|us) about|talk about) (.+)$/i,
];

const courtesies = /(?:\s+(?:to me|to us|for me|for us|please|now|today|again|then))+$/i;

/** What a text is about, as a phrase that fits into a sentence: `the capital of France`, `plants and light`. */
export function subjectOf(text: string): string {
  const sentence = text
    .split(/[?!.]/)
    .find((part) => /\b(?:what|who|how|explain|describe|define|tell|talk)\b/i.test(part));
  const asked = sentence?.trim().replace(courtesies, '') ?? '';
  const phrase = openings.map((opening) => opening.exec(asked)?.[1]).find((found) => found !== undefined);
  if (phrase !== undefined && phrase.split(' ').length <= 6 && keywords(phrase).length > 0)
    return phrase.trim();
  const words = keywords(text);
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}` : (words[0] ?? '');
}

export const isGreeting = (text: string): boolean =>
  /^(?:hi|hello|hey|good (?:morning|afternoon|evening)|welcome)\b/i.test(text) &&
  keywords(text.replace(/^\w+/, '')).length < 2;

export const isQuestion = (text: string): boolean =>
  text.includes('?') ||
  /^(?:what|why|how|who|when|where|which|can|could|do|does|is|are|explain|tell)\b/i.test(text);

export const isThanks = (text: string): boolean =>
  /^(?:ok(?:ay)?[, ]+)?(?:thanks|thank you|thx)\b/i.test(text);
