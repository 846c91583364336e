import { countTokens, cutToTokens, splitWords } from '../../../apps/model-server/tokens';

describe('approximate tokens', () => {
  test.each([
    ['', 0],
    ['Hello, world!', 4],
    ['photosynthesis', 3],
    ['w1 w2 w3', 3],
    ['  \n ', 0],
  ])('%p costs %i', (text, tokens) => {
    expect(countTokens(text)).toBe(tokens);
  });

  test('words joined again are the text', () => {
    const text = '  one two\n\nthree  ';
    expect(splitWords(text).join('')).toBe(text);
  });

  test('a cut never costs more than its limit', () => {
    expect(cutToTokens('one two three', 2)).toBe('one two');
    expect(cutToTokens('photosynthesis', 2)).toBe('');
  });
});
