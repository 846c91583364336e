import { LogFormatError } from '../../../apps/cli/replay/log-line';
import { parseJsonLines } from '../../../apps/cli/replay/parse-json-lines';
import { sampleLines } from '../../../apps/cli/replay/sample';

test('every kind of entry', () => {
  const lines = parseJsonLines(
    [
      '{"author":"Ann","text":"hi","at":"2026-03-02T15:00:00Z"}',
      '',
      '{"author":"Ann","text":"waves","type":"action","at":1000}',
      '{"author":"Bob","type":"join"}',
      '{"author":"Bob","type":"rename","to":"Rob"}',
      '{"author":"Rob","type":"leave","text":"bye"}',
    ].join('\n'),
  );
  expect(lines).toEqual([
    { kind: 'message', author: 'Ann', text: 'hi', at: Date.parse('2026-03-02T15:00:00Z'), span: 0 },
    { kind: 'action', author: 'Ann', text: '* Ann waves', at: 1000, span: 0 },
    { kind: 'join', author: 'Bob', text: '=== Bob has joined', at: null, span: 0 },
    { kind: 'rename', author: 'Bob', to: 'Rob', text: '=== Bob is now known as Rob', at: null, span: 0 },
    { kind: 'leave', author: 'Rob', text: 'bye', at: null, span: 0 },
  ]);
});

test.each([
  ['{"author":"Ann"', 'Line 2 is not JSON.'],
  ['{"text":"x"}', 'Line 2: author'],
  ['{"author":"Ann","type":"rename"}', 'Line 2: a rename needs `to`'],
  ['{"author":"Ann","text":"x","at":"yesterday"}', 'Line 2: at'],
])('%s is refused, naming the line', (bad, message) => {
  const read = (): unknown => parseJsonLines(`{"author":"Ann","text":"fine"}\n${bad}`);
  expect(read).toThrow(LogFormatError);
  expect(read).toThrow(message);
});

test('the sample conversation can be read', () => {
  expect(sampleLines()).toHaveLength(30);
});
