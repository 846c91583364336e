import { z } from 'zod';
import { countTokens } from './tokens';

export const defaultDimensions = 1536;

const inputs = z.union([
  z.string().min(1),
  z.array(z.string().min(1)).min(1).max(2048),
  z.array(z.int()).min(1),
  z.array(z.array(z.int()).min(1)).min(1).max(2048),
]);

export const embeddingsRequest = z.object({
  model: z.string().min(1),
  input: inputs,
  dimensions: z.int().min(1).max(3072).default(defaultDimensions),
  encoding_format: z.enum(['float', 'base64']).default('float'),
});

export function answerEmbeddings(request: z.output<typeof embeddingsRequest>) {
  const texts = inputTexts(request.input);
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return {
    object: 'list',
    model: request.model,
    data: texts.map((text, index) => {
      const vector = embed(text, request.dimensions);
      return {
        object: 'embedding',
        index,
        embedding: request.encoding_format === 'base64' ? toBase64(vector) : Array.from(vector),
      };
    }),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/**
 * A text as a unit vector by signed feature hashing (Weinberger et al., 2009): each feature adds its weight, with a sign
 * from its hash, at the indexes its hashes name. Features are words (short ones count less: they are mostly function
 * words), pairs of neighbouring words and letter trigrams, so
 * texts that share words or word stems are near each other; meaning plays no part.
 */
export function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const features = weighFeatures(text);
  for (const [feature, weight] of features) addFeature(vector, feature, weight);
  // Without words, or where all features cancel out in a few dimensions, the text as a whole decides.
  if (vector.every((value) => value === 0)) vector[fnv1a(text) % dimensions] = 1;
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}

function weighFeatures(text: string): Map<string, number> {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const counts = new Map<string, { count: number; weight: number }>();
  const add = (feature: string, weight: number): void => {
    const entry = counts.get(feature);
    if (entry) entry.count += 1;
    else counts.set(feature, { count: 1, weight });
  };
  words.forEach((word, at) => {
    add(word, Math.min(1, word.length / 5));
    const next = words[at + 1];
    if (next !== undefined) add(`${word} ${next}`, 0.5);
    const padded = `<${word}>`;
    for (let from = 0; from + 3 <= padded.length; from += 1) add(`#${padded.slice(from, from + 3)}`, 0.25);
  });
  return new Map(
    [...counts].map(([feature, { count, weight }]) => [feature, weight * (1 + Math.log(count))]),
  );
}

/** Two places a feature, so that one collision in the small space does not make two texts look alike. */
function addFeature(vector: Float32Array, feature: string, weight: number): void {
  for (const hash of [fnv1a(feature), fnv1a(`${feature}\u0000`)]) {
    // The sign takes the top bit, which the index below hardly depends on.
    const index = (hash & 0x7fffffff) % vector.length;
    vector[index] = (vector[index] ?? 0) + (hash >>> 31 === 1 ? -weight : weight);
  }
}

/** FNV-1a over UTF-16 code units, with a final mix: without it short words differ in few bits. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const toBase64 = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');

/** Token arrays are embedded as the words their numbers make. */
function inputTexts(input: z.output<typeof inputs>): string[] {
  if (typeof input === 'string') return [input];
  const [first] = input;
  if (typeof first === 'number') return [input.join(' ')];
  return input.map((item) => (Array.isArray(item) ? item.join(' ') : String(item)));
}
