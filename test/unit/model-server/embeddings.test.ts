import { embed } from '../../../apps/model-server/embeddings';

const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

describe('embeddings by signed feature hashing', () => {
  test.each(['Plants need light.', 'a', '!!!', '日本語のテキスト', 'x '.repeat(5000)])(
    '%s has unit length',
    (text) => {
      for (const dimensions of [1, 3, 256, 1536])
        expect(cosine(embed(text, dimensions), embed(text, dimensions))).toBeCloseTo(1, 5);
    },
  );

  test('texts that share words are nearer than texts that do not; case and punctuation play no part', () => {
    const plant = embed('Why do plants need light?', 1536);
    expect(cosine(plant, embed('why do PLANTS need light', 1536))).toBeCloseTo(1, 5);
    const near = cosine(plant, embed('A plant needs light and water', 1536));
    const far = cosine(plant, embed('The stock market closed lower', 1536));
    expect(near).toBeGreaterThan(far + 0.1);
  });
});
