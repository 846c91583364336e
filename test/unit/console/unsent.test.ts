import { createUnsent } from '../../../apps/console/src/storage/unsent';
import type { KeyValue } from '../../../apps/console/src/storage/key-value';
import type { Outgoing } from '../../../apps/console/src/room/outbox';

function memory({ full = false } = {}): KeyValue {
  const map = new Map<string, string>();
  return {
    get length() {
      return map.size;
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => {
      if (full) throw new Error('QuotaExceededError');
      map.set(key, value);
    },
    removeItem: (key) => void map.delete(key),
  };
}

const outgoing = (id: string): Outgoing => ({ id, text: id, mentions: [], replyTo: null, state: 'sending' });

test('what was typed is there again after the page was closed, for the same person and room only', () => {
  const storage = memory();
  const before = createUnsent(storage, 'me', 'room');
  before.keep(outgoing('a'));
  before.keep(outgoing('b'));
  before.keepDraft('half a sen');
  const after = createUnsent(storage, 'me', 'room');
  expect(after.messages().map(({ id }) => id)).toEqual(['a', 'b']);
  expect(after.draft()).toBe('half a sen');
  expect(createUnsent(storage, 'me', 'other').messages()).toEqual([]);
  expect(createUnsent(storage, 'somebody', 'room').draft()).toBe('');
});

test('two windows do not overwrite each other’s messages', () => {
  const storage = memory();
  const [one, two] = [createUnsent(storage, 'me', 'room'), createUnsent(storage, 'me', 'room')];
  one.keep(outgoing('a'));
  two.keep(outgoing('b'));
  one.forget('a');
  expect(
    createUnsent(storage, 'me', 'room')
      .messages()
      .map(({ id }) => id),
  ).toEqual(['b']);
});

test('an emptied draft leaves nothing behind', () => {
  const storage = memory();
  const unsent = createUnsent(storage, 'me', 'room');
  unsent.keepDraft('x');
  unsent.keepDraft('');
  expect(storage.length).toBe(0);
});

test('full storage and entries of something else are no errors', () => {
  expect(() => createUnsent(memory({ full: true }), 'me', 'room').keep(outgoing('a'))).not.toThrow();
  const storage = memory();
  storage.setItem('coagent.outbox.me.room.x', 'not JSON');
  expect(createUnsent(storage, 'me', 'room').messages()).toEqual([]);
});
