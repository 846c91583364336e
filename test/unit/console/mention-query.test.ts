import {
  completeMention,
  findMentionQuery,
  suggestMembers,
} from '../../../apps/console/src/composer/mention-query';

const member = (name: string) => ({ id: name, kind: 'agent', name, role: 'member' }) as const;

test('a mention is typed from an @ at the beginning of a word up to the caret', () => {
  expect(findMentionQuery('Hi @Tea', 7)).toEqual({ start: 3, text: 'Tea' });
  expect(findMentionQuery('Hi @Tea', 4)).toEqual({ start: 3, text: '' });
  expect(findMentionQuery('@', 1)).toEqual({ start: 0, text: '' });
  expect(findMentionQuery('mail@example', 12)).toBeNull();
  expect(findMentionQuery('Hi @Tea\nnext', 12)).toBeNull();
  expect(findMentionQuery('nothing', 3)).toBeNull();
});

test('members are found by the beginning of their name or of a word of it', () => {
  const members = ['Math Teacher', 'Teacher', 'Student'].map(member);
  expect(suggestMembers(members, 'tea').map(({ name }) => name)).toEqual(['Teacher', 'Math Teacher']);
  expect(suggestMembers(members, 'x')).toEqual([]);
  expect(suggestMembers(members, '')).toHaveLength(3);
});

test('completing puts the whole name in, with one space after it', () => {
  const query = { start: 3, text: 'Te' };
  expect(completeMention('Hi @Te', 6, query, 'Teacher')).toEqual({ text: 'Hi @Teacher ', caret: 12 });
  expect(completeMention('Hi @Te how', 6, query, 'Teacher')).toEqual({ text: 'Hi @Teacher how', caret: 12 });
});
