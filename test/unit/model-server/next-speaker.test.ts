import { chooseSpeaker } from '../../../apps/model-server/next-speaker';
import { promptOf } from './prompt-of';

const schema = {
  type: 'object',
  properties: { speaker: { enum: ['Ada', 'Sam', 'Max', 'NONE'] } },
  required: ['speaker'],
};
const choose = (system: string, ...messages: string[]): string =>
  chooseSpeaker(promptOf(messages, { system }), schema);

describe('the next speaker', () => {
  test.each([
    ['nobody', 'Ada'],
    ['Ada', 'Sam'],
    ['Sam', 'Ada'],
    ['Ada, Sam', 'NONE'],
    ['Sam, Zoe', 'NONE'],
  ])('after %s comes %s', (spoken, next) => {
    expect(
      choose(
        `Pick one.\nSpoken this turn: ${spoken}\nMembers: Ada (teacher)`,
        'Priya: Why do plants need light?',
      ),
    ).toBe(next);
  });

  test.each(['ok', 'Thanks a lot!', 'thank you', 'bye all', 'LOL', '+1', '+1!'])(
    '"%s" needs no answer',
    (text) => {
      expect(choose('Spoken this turn: nobody', `Priya: hello\nAda: Hello!\nPriya: ${text}`)).toBe('NONE');
    },
  );

  test.each(['okra is a plant', 'byelaws?', '+12 degrees'])('"%s" does', (text) => {
    expect(choose('Spoken this turn: nobody', `Priya: ${text}`)).toBe('Ada');
  });

  test('without the line in the system prompt the transcript says who has spoken', () => {
    expect(choose('', 'Ada: earlier\nPriya: Why?\nAda: Because.')).toBe('Sam');
    expect(choose('', 'Priya: Why?', 'Ada: Because.', 'Max: Noted.')).toBe('NONE');
  });

  test('the line may end with a full stop, and agents that may not speak again are still agents', () => {
    expect(choose('Spoken this turn: nobody.', 'Priya: Why?')).toBe('Ada');
    expect(choose('Spoken this turn: Zoe.', 'Priya: Why?\nZoe: ok, let me see')).toBe('Ada');
  });

  test('an agent that says thanks does not end the turn', () => {
    expect(choose('Spoken this turn: Ada', 'Priya: Why?\nAda: Thanks for asking.')).toBe('Sam');
  });
});
