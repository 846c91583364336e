import { castOf, type Play } from '../../../apps/cli/replay/cast';
import { parseIrc } from '../../../apps/cli/replay/parse-irc';

const play = (...lines: string[]): Play => castOf(parseIrc(lines.join('\n')));
const roles = ({ cues }: Play): (number | null)[] => cues.map(({ role }) => role);

test('a renamed person stays the same', () => {
  const { roles: people, cues } = play(
    '<ann> 1',
    '=== ann is now known as ann|away',
    '<ann|away> 2',
    '<bob> 3',
  );
  expect(people).toEqual([
    { nick: 'ann', fromStart: true },
    { nick: 'bob', fromStart: true },
  ]);
  expect(cues.map(({ role, before }) => [role, before])).toEqual([
    [0, []],
    [0, [{ type: 'rename', role: 0, to: 'ann|away' }]],
    [0, []],
    [1, []],
  ]);
});

test('who takes over the nick of somebody present was the same person on a second connection', () => {
  const scene = play('<ann> 1', '<ann_> 2', '=== ann_ is now known as ann', '<ann> 3', '<ann_> 4');
  expect(roles(scene)).toEqual([0, 1, 0, 0, 1]);
  expect(scene.cues[2]?.before).toEqual([{ type: 'leave', role: 1 }]);
  expect(scene.cues[4]?.before).toEqual([{ type: 'join', role: 1 }]);
});

test('a nick given up can be taken by somebody else', () => {
  const scene = play('<ann> 1', '=== ann is now known as zoe', '<ann> another', '<zoe> 2');
  expect(roles(scene)).toEqual([0, 0, 1, 0]);
});

test('people join before their first line, leave after their last, and come back', () => {
  const scene = play(
    '<bob> 0',
    '=== ann has joined #c',
    '<ann> 1',
    '=== ann has quit',
    '<ann> 2',
    '=== topic: x',
  );
  expect(scene.roles).toEqual([
    { nick: 'bob', fromStart: true },
    { nick: 'ann', fromStart: false },
  ]);
  expect(
    scene.cues.map(({ role, before, after }) => [role, before.map(({ type }) => type), after.length]),
  ).toEqual([
    [0, [], 0],
    [1, ['join'], 0],
    [1, [], 0],
    [1, [], 1],
    [1, ['join'], 0],
    [null, [], 0],
  ]);
});

test('a second join and a rename to the same nick change nothing', () => {
  const scene = play('=== ann has joined #c', '=== ann has joined #c', '=== ann is now known as ann');
  expect(roles(scene)).toEqual([0, 0, 0]);
  expect(scene.cues.map(({ before, after }) => before.length + after.length)).toEqual([1, 0, 0]);
});

test('whom a line begins by addressing', () => {
  const { cues } = play(
    '<a> bob: hi',
    '<a> bob, hi',
    '<a> http://x',
    '<a> well bob: hi',
    '<a> bob:',
    '* a bob: x',
  );
  expect(cues.map(({ addressed }) => addressed)).toEqual(['bob', 'bob', null, null, 'bob', null]);
});
