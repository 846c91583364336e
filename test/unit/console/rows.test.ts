import { createBlocks, seenBy } from '../../../apps/console/src/conversation/rows';
import { message, teacher } from './room-fixture';

test('messages of one author within five minutes belong together, unless they answer something', () => {
  const blocks = createBlocks()([
    message(1),
    message(2),
    message(3, { author: teacher }),
    message(4, { author: teacher, replyTo: 'm1' }),
    message(30, { author: teacher }),
  ]);
  const rows = blocks.flatMap((block) => block.rows);
  expect(rows.map(({ continues }) => continues)).toEqual([false, true, false, false, false]);
  expect(rows[3]?.replied?.id).toBe('m1');
});

test('a new day begins with its first message', () => {
  const rows = createBlocks()([message(1), message(2, { createdAt: '2026-01-05T12:00:00.000Z' })])[0]?.rows;
  expect(rows?.map(({ newDay }) => newDay)).toEqual([true, true]);
});

test('one more message leaves all blocks but the last as they were', () => {
  const toBlocks = createBlocks();
  const messages = Array.from({ length: 160 }, (_, index) => message(index + 1));
  const before = toBlocks(messages);
  const after = toBlocks([...messages, message(161)]);
  expect(before.map(({ key }) => key)).toEqual([0, 1, 2, 3]);
  expect(after.map((block, index) => block === before[index])).toEqual([true, true, true, false]);
});

test('older messages leave the blocks they do not belong to as they were', () => {
  const toBlocks = createBlocks();
  const newer = Array.from({ length: 120 }, (_, index) => message(index + 101));
  const before = toBlocks(newer);
  const after = toBlocks([...Array.from({ length: 100 }, (_, index) => message(index + 1)), ...newer]);
  expect(after.slice(-2)).toEqual(before.slice(-2));
  expect(after.at(-1)).toBe(before.at(-1));
});

test('people stand at the last message that they have read', () => {
  const people = ['Ann', 'Ben', 'Cleo', 'Dan'].map((name) => ({ userId: name, name }));
  expect([...seenBy(people, { Ann: 3, Ben: 99, Cleo: 3 }, 7)]).toEqual([
    [3, 'Ann, Cleo'],
    [7, 'Ben'],
  ]);
});
