/**
 * The UUID (version 8) of something in a run, from its name there. What a local activity has stored outlives the workflow
 * task that asked for it: if that task is lost, the next one finds what it stored under the same id, which an id made of
 * time or chance would not be.
 */
export function derivedId(runId: string, name: string): string {
  const run = runId.replaceAll('-', '');
  const lanes = seeds.map(
    (seed, at) => (hash(name, seed) ^ parseInt(run.slice(at * 8, at * 8 + 8), 16)) >>> 0,
  );
  const hex = lanes.map((lane) => lane.toString(16).padStart(8, '0')).join('');
  const variant = ((parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-');
}

const seeds = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];

/** MurmurHash3 with 32 bits, a character at a time. */
function hash(text: string, seed: number): number {
  let h = seed;
  for (let at = 0; at < text.length; at += 1) {
    let k = Math.imul(text.charCodeAt(at), 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    h ^= k;
    h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
  }
  h ^= text.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
