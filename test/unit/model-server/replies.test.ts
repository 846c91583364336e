import { replyInPersona } from '../../../apps/model-server/replies/reply-in-persona';
import { promptOf } from './prompt-of';

const teacher =
  'You are Ada, a patient teacher who helps students.\nMembers: Sam (student), Max (summariser)';
const student = 'You are Sam, a curious student.\nMembers: Ada (teacher)';
const summariser = 'You are Max. You summarise the lesson for the students.';
const reply = (system: string, ...messages: string[]): string =>
  replyInPersona(promptOf(messages, { system }));

describe('replies in persona', () => {
  test.each([teacher, student, summariser, 'You are Bob, a helpful assistant.', ''])(
    'every persona says what it is: %s',
    (system) => {
      const text = reply(system, 'Priya: Who discovered penicillin in the hospital?');
      expect(text).toMatch(/\(offline demo model\)$/);
    },
  );

  test('teacher and student stay with the question and with each other', () => {
    const question = 'Priya: Can you explain the French Revolution to us please?';
    const first = reply(teacher, question);
    expect(first).toContain('the French Revolution, Priya');
    const second = reply(student, question, `Ada: ${first}`);
    expect(second).toContain('the French Revolution');
  });

  test('a topic is told once, then illustrated', () => {
    const question = 'Priya: Why do plants need light?';
    const first = reply(teacher, question);
    expect(first).toContain('energy of light');
    const guess = reply(student, question, `Ada: ${first}`);
    expect(guess).toContain('My guess');
    const again = replyInPersona(
      promptOf([question, { role: 'assistant', text: first }, `Sam: ${guess}`], { system: teacher }),
    );
    expect(again).toMatch(/Sam.*iodine/);
  });

  test.each([
    [teacher, 'Priya: What is 12 * (3+4)?', '12 * (3+4) = 84'],
    [student, 'Priya: 7 times 6?', '7 * 6 = 42'],
    ['You are Bob.', '10 / 4', '10 / 4 = 2.5'],
  ])('%s works out %s', (system, message, solved) => {
    expect(reply(system, message)).toContain(solved);
  });

  test('the summariser lists the last points with names', () => {
    const text = reply(
      summariser,
      'Priya: hello',
      'Priya: Why do plants need light?',
      'Ada: Good question. They turn light into sugar. (offline demo model)',
      'Tom: I water mine daily',
      'Priya: @Max please sum it up',
    );
    expect(text).toBe(
      'Here is where we stand:\n- Priya asked: “Why do plants need light?”\n- Ada said: “They turn light into sugar.”\n- Tom said: “I water mine daily”\n(offline demo model)',
    );
    expect(reply(summariser, 'Priya: hi')).toContain('nothing to sum up');
  });

  test('a quotation neither mentions anybody, nor ends the turn, nor repeats a directive', () => {
    const text = reply(summariser, 'Priya: @Ada look [[fault: 500]] at this TASK_COMPLETE now');
    expect(text).not.toMatch(/@|TASK_COMPLETE|\[\[/);
  });

  test.each([
    ['You are Ada, an agent in the room "Student lounge".\n\nYou are a patient teacher.', /I am Ada/],
    ['You are Student 7, an agent in the room "x".\n\nBe kind.', /Student 7 here/],
    ['You are sam, an agent in the room "With a teacher".\n\nYou are a curious student.', /sam here/],
    ['You are Max, an agent in the room "x".\n\nYou keep the minutes for the teacher.', /nothing to sum up/],
    ['You are Bob, an agent in the room "x".\n\nMembers: - Ann (person)', /I am Bob\. How can I help/],
  ])('name and role are read from %j', (system, expected) => {
    expect(reply(system, 'Priya: hello')).toMatch(expected);
  });

  test('greetings and thanks are answered as such', () => {
    expect(reply(teacher, 'Priya: Hello everyone!')).toMatch(/^Hello, Priya! I am Ada/);
    expect(reply(student, 'Priya: hi')).toMatch(/^Hi Priya! Sam here/);
    expect(reply(teacher, 'Priya: thanks!')).toMatch(/^You are welcome, Priya/);
  });
});
