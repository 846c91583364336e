import { readFileSync } from 'node:fs';
import path from 'node:path';

const file = path.resolve(__dirname, '../../../apps/console/src/styles/tokens.css');
const schemes = ['light', 'dark'] as const;
type Scheme = (typeof schemes)[number];
type Colour = [number, number, number];

const toColour = (hex: string): Colour =>
  [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Colour;

/** `--name: light-dark(#…, #…);` of the style sheet. */
const tokens = new Map(
  [...readFileSync(file, 'utf8').matchAll(/--([\w-]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\);/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light: toColour(light), dark: toColour(dark) }],
  ),
);

function colour(name: string, scheme: Scheme): Colour {
  const found = tokens.get(name);
  if (found === undefined) throw new Error(`tokens.css has no --${name}`);
  return found[scheme];
}

/** WCAG 2.2, relative luminance and contrast ratio. */
const luminance = (parts: Colour): number => {
  const [red = 0, green = 0, blue = 0] = parts.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
function contrast(a: Colour, b: Colour): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (lighter + 0.05) / (darker + 0.05);
}

const mix = (share: number, over: Colour, under: Colour): Colour =>
  over.map((part, index) => part * share + (under[index] ?? 0) * (1 - share)) as Colour;

const grounds = ['ground', 'surface', 'raised', 'hover'];
const textPairs = [
  ...grounds.flatMap((ground) =>
    ['text', 'muted', 'accent', 'danger'].map((text) => [text, ground] as const),
  ),
  ['text', 'code'],
  ['accent', 'accent-soft'],
  ['danger', 'danger-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-danger', 'danger'],
  ['warning-text', 'warning-soft'],
] as const;
const hueNames = Array.from({ length: 8 }, (_, index) => `hue-${String(index)}`);

describe.each(schemes)('in the %s scheme', (scheme) => {
  test.each(textPairs)('text in --%s can be read on --%s (4.5 : 1)', (text, ground) => {
    expect(contrast(colour(text, scheme), colour(ground, scheme))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(hueNames)('names in --%s can be read, and initials on their own tint', (hue) => {
    const own = colour(hue, scheme);
    for (const ground of ['surface', 'hover']) {
      expect(contrast(own, colour(ground, scheme))).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(own, mix(0.14, own, colour('surface', scheme)))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['control-line', 'online', 'accent'])('--%s stands out from its surroundings (3 : 1)', (part) => {
    for (const ground of ['surface', 'ground']) {
      expect(contrast(colour(part, scheme), colour(ground, scheme))).toBeGreaterThanOrEqual(3);
    }
  });
});
