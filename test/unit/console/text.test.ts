import { parseBlocks } from '../../../apps/console/src/text/blocks';
import { parseInline } from '../../../apps/console/src/text/inline';
import { initialsOf, listNames } from '../../../apps/console/src/text/names';

const plain = { markdown: false, names: ['Ann', 'Anna Lee', 'C++ (bot)'] };
const rich = { markdown: true, names: [] };
const kinds = (text: string, options = plain): string[] =>
  parseInline(text, options).map(({ kind, text: piece }) => `${kind}:${piece}`);

test('addresses become links, without the punctuation of the sentence', () => {
  expect(kinds('See https://example.org/a?b=1, or (http://x.org/y_(z)).')).toEqual([
    'text:See ',
    'link:https://example.org/a?b=1',
    'text:, or (',
    'link:http://x.org/y_(z)',
    'text:).',
  ]);
});

test('nothing but http and https becomes a link', () => {
  for (const text of ['javascript:alert(1)', 'data:text/html,x', '<a href="x">y</a>', 'ftp://x.org'])
    expect(kinds(text)).toEqual([`text:${text}`]);
});

test('mentions are found as the server finds them: whole names, the longest first, any case', () => {
  expect(kinds('Hi @anna lee and @Ann, not @Annabel; @C++ (bot)!')).toEqual([
    'text:Hi ',
    'mention:@anna lee',
    'text: and ',
    'mention:@Ann',
    'text:, not @Annabel; ',
    'mention:@C++ (bot)',
    'text:!',
  ]);
});

test('bold and code mean something in markdown only', () => {
  expect(kinds('a **b c** `d*e`', rich)).toEqual(['text:a ', 'bold:b c', 'text: ', 'code:d*e']);
  expect(kinds('a **b c** `d`')).toEqual(['text:a **b c** `d`']);
  expect(kinds('2 ** 3 ** 4', rich)).toEqual(['text:2 ** 3 ** 4']);
});

test('the pieces of a text joined are the text', () => {
  const text = 'x @Ann https://a.b/c. `y` **z** \u{1F600}';
  expect(
    parseInline(text, plain)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
});

test('paragraphs, lists, headings and code of an answer', () => {
  const text = '# Title\nIntro\nmore\n\n- one\n- two\n1. first\n2. second\n```js\na();\n\nb();\n```\nend';
  expect(parseBlocks(text)).toEqual([
    { kind: 'heading', text: 'Title' },
    { kind: 'paragraph', text: 'Intro\nmore' },
    { kind: 'list', ordered: false, start: 1, items: ['one', 'two'] },
    { kind: 'list', ordered: true, start: 1, items: ['first', 'second'] },
    { kind: 'code', text: 'a();\n\nb();' },
    { kind: 'paragraph', text: 'end' },
  ]);
});

test('code that is still being written is code already', () => {
  expect(parseBlocks('```\nconst x')).toEqual([{ kind: 'code', text: 'const x' }]);
});

test('initials and lists of names', () => {
  expect(['Ada Lovelace', 'ben', 'Ö', '…', 'jean-luc picard'].map(initialsOf)).toEqual([
    'AL',
    'B',
    'Ö',
    '?',
    'JP',
  ]);
  expect(listNames(['A', 'B', 'C', 'D', 'E'])).toBe('A, B and 3 others');
  expect(listNames(['A', 'B', 'C'])).toBe('A, B and C');
});
