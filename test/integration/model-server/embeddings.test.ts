import { startModelServer, type ModelServerFixture } from './model-server-fixture';

const model = 'text-embedding-3-small';
let server: ModelServerFixture;

beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const lengthOf = (vector: readonly number[]): number =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

describe('embeddings', () => {
  test('unit vectors of 1536 dimensions, in the order of the input, the same in both encodings', async () => {
    const input = ['plants need light', 'and water'];
    const packed = await server.client.embeddings.create({ model, input });
    const plain = await server.client.embeddings.create({ model, input, encoding_format: 'float' });
    expect(plain.data.map((item) => item.index)).toEqual([0, 1]);
    expect(packed.data.map((item) => Array.from(item.embedding))).toEqual(
      plain.data.map((item) => item.embedding),
    );
    for (const { embedding } of plain.data) {
      expect(embedding).toHaveLength(1536);
      expect(lengthOf(embedding)).toBeCloseTo(1, 5);
    }
    expect(plain.usage.total_tokens).toBe(5);
  });

  test('dimensions are honoured, and token arrays taken', async () => {
    const answer = await server.client.embeddings.create({
      model,
      input: [[1, 2], [3]],
      dimensions: 64,
      encoding_format: 'float',
    });
    expect(answer.data.map((item) => item.embedding.length)).toEqual([64, 64]);
  });

  test.each([
    ['no text', { input: '' }],
    ['no input', { input: [] }],
    ['too many inputs', { input: Array.from({ length: 2049 }, () => 'x') }],
    ['too many dimensions', { input: 'x', dimensions: 5000 }],
  ])('%s: refused', async (_case, body) => {
    await expect(server.client.embeddings.create({ model, ...body })).rejects.toMatchObject({ status: 400 });
  });

  test('a fault is taken from the header, not from the text', async () => {
    const input = 'Ann: [[fault: 500]] is only text here';
    expect((await server.client.embeddings.create({ model, input })).data).toHaveLength(1);
    const refused = server.client.embeddings.create(
      { model, input },
      { headers: { 'x-fault': '429 retry-after=1' } },
    );
    await expect(refused).rejects.toMatchObject({ status: 429 });
  });
});
