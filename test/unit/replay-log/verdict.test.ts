import { judge, type Witness } from '../../../apps/cli/replay/verdict';

const history = ['a', 'b', 'c', 'd'].map((id, index) => ({ id, seq: index + 5 }));
const posted = ['a', 'c', 'd'].map((messageId) => ({ messageId, accepted: true }));
const witness = (more: Partial<Witness> = {}): Witness => ({
  name: 'ann',
  since: 4,
  arrivals: history,
  left: false,
  ...more,
});

test('all is well', () => {
  const late = witness({ since: 6, arrivals: history.slice(2) });
  const gone = witness({ arrivals: history.slice(0, 1), left: true });
  expect(judge(posted, history, [witness(), late, gone])).toEqual({
    refused: 0,
    lost: 0,
    misplaced: 0,
    misled: [],
    ok: true,
  });
});

test.each<[string, Partial<Witness>, string]>([
  ['a gap', { arrivals: history.filter(({ seq }) => seq !== 6) }, 'got message 7 where 6 was due'],
  ['a double', { arrivals: [...history.slice(0, 2), ...history.slice(1)] }, 'got message 6 where 7 was due'],
  ['another order', { arrivals: history.toReversed() }, 'got message 8 where 5 was due'],
  ['the end missing', { arrivals: history.slice(0, 3) }, '1 messages are missing'],
  ['one too many', { arrivals: [...history, { id: 'x', seq: 9 }] }, 'got message 9 where nothing was due'],
  ['the beginning missing', { since: 4, arrivals: history.slice(1) }, 'got message 6 where 5 was due'],
])('a client that saw %s was misled', (_what, more, flaw) => {
  expect(judge(posted, history, [witness(more)])).toMatchObject({ misled: [`ann: ${flaw}`], ok: false });
});

test('lines that were refused, lost or misplaced are counted', () => {
  const went = [
    { messageId: 'c', accepted: true },
    { messageId: 'a', accepted: true },
    { messageId: 'x', accepted: true },
    { messageId: 'y', accepted: false },
  ];
  expect(judge(went, history, [])).toEqual({ refused: 1, lost: 1, misplaced: 1, misled: [], ok: false });
});
