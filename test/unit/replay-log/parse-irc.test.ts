import { parseIrc } from '../../../apps/cli/replay/parse-irc';

const minute = 60_000;

test('every kind of line, with and without channel and date', () => {
  const log = [
    '[06:22] <cactus> so <b>bold</b> > me ',
    '[20:39]  * nilson is upgrading',
    '=== tku is now known as kraut',
    'ubuntu-meeting 2010-11-08 [13:22] <rodrigo_> diwic, hmm ',
    'ubuntu-meeting 2010-11-08 [13:22] -ubot-tu- Launchpad bug 1',
    'ubuntu-meeting 2010-11-08 === bjf is now known as bjf[afk] ',
    '=== ann [n=ann@host.example] has joined #ubuntu',
    '*** bob (~bob@host) has quit (Ping timeout)',
    '-!- cy was kicked from #ubuntu by op [bye]',
    '=== dan has left #ubuntu',
    '=== Topic for #ubuntu is: Welcome',
    '',
    'something else',
  ].join('\r\n');
  expect(parseIrc(log)).toMatchObject([
    { kind: 'message', author: 'cactus', text: 'so <b>bold</b> > me' },
    { kind: 'action', author: 'nilson', text: '* nilson is upgrading' },
    { kind: 'rename', author: 'tku', to: 'kraut', text: '=== tku is now known as kraut' },
    { kind: 'message', author: 'rodrigo_', text: 'diwic, hmm' },
    { kind: 'notice', author: 'ubot-tu', text: 'Launchpad bug 1' },
    { kind: 'rename', author: 'bjf', to: 'bjf[afk]', text: '=== bjf is now known as bjf[afk]' },
    { kind: 'join', author: 'ann', text: '=== ann [n=ann@host.example] has joined #ubuntu' },
    { kind: 'leave', author: 'bob', text: '*** bob (~bob@host) has quit (Ping timeout)' },
    { kind: 'leave', author: 'cy', text: '-!- cy was kicked from #ubuntu by op [bye]' },
    { kind: 'leave', author: 'dan', text: '=== dan has left #ubuntu' },
    { kind: 'other', text: '=== Topic for #ubuntu is: Welcome' },
    { kind: 'other', text: 'something else' },
  ]);
});

test('text that a room would refuse is made postable', () => {
  const texts = parseIrc('<a> \n<a> \x02bold\x0304,12 red\x0f\x00').map(({ text }) => text);
  expect(texts).toEqual(['…', 'bold red']);
});

test('a time of day that jumps back begins a new day; events without a time have none', () => {
  const times = parseIrc(
    '[23:59] <a> x\n=== a is now known as b\n[00:01] <b> y\n[00:00] <c> late\n[00:01:30] <b> z',
  );
  expect(times.map(({ at, span }) => [at, span])).toEqual([
    [1439 * minute, minute],
    [null, 0],
    [1441 * minute, minute],
    [1441 * minute, minute],
    [1441.5 * minute, 1000],
  ]);
});

test('dates are taken as they are', () => {
  const [first, second] = parseIrc('c 2010-11-08 [23:00] <a> x\nc 2010-11-10 [01:00] <a> y');
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(26 * 60 * minute);
});
