import { randomBytes } from 'node:crypto';
import { createSecretBox, SecretBoxError } from '../../../infra/secrets/secret-box';

const newKey = () => randomBytes(32).toString('base64');
const box = createSecretBox(newKey());

test.each(['', 'a secret', '🔑 schlüssel', 'x'.repeat(100_000)])('what is sealed can be opened', (text) => {
  const sealed = box.seal(text, 'test:1');
  expect(sealed).toMatch(/^v1\.[\w-]+$/);
  expect(box.open(sealed, 'test:1')).toBe(text);
});

test('the same secret never looks the same twice', () => {
  expect(box.seal('a', 'test:1')).not.toBe(box.seal('a', 'test:1'));
});

test('it opens only with the same key, for the same purpose, and unchanged', () => {
  const sealed = box.seal('a secret', 'test:1');
  const flipped = sealed.slice(0, -3) + (sealed.endsWith('AAA') ? 'BBB' : 'AAA');
  for (const open of [
    () => createSecretBox(newKey()).open(sealed, 'test:1'),
    () => box.open(sealed, 'test:2'),
    () => box.open(flipped, 'test:1'),
    () => box.open(sealed.slice(0, 20), 'test:1'),
    () => box.open(sealed.replace('v1.', 'v2.'), 'test:1'),
    () => box.open('', 'test:1'),
  ]) {
    expect(open).toThrow(SecretBoxError);
  }
});

test.each(['', 'short', randomBytes(31).toString('base64'), randomBytes(33).toString('base64')])(
  'a key of another length is refused, with a way out',
  (key) => {
    expect(() => createSecretBox(key)).toThrow(/32 bytes in base64\. Make one with/);
  },
);

test('a digest depends on the key and the purpose', () => {
  expect(box.digest('a', 'x')).toBe(box.digest(Buffer.from('a'), 'x'));
  expect(
    new Set([box.digest('a', 'x'), box.digest('a', 'y'), createSecretBox(newKey()).digest('a', 'x')]).size,
  ).toBe(3);
});
