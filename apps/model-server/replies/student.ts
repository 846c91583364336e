import { isGreeting, isQuestion, isThanks } from './keywords';
import type { Scene } from './scene';

export function replyAsStudent({ last, asked, lines, subject, topic, pick, agentName }: Scene): string {
  if (asked.text === '' || isGreeting(asked.text)) {
    const hello = asked.speaker === undefined ? 'Hi!' : `Hi ${asked.speaker}!`;
    return `${hello} ${agentName === undefined ? 'I am' : `${agentName} here,`} ready to learn. What are we looking at today?`;
  }
  if (isThanks(asked.text)) return 'Thanks from me too, I learned something.';
  if (topic) {
    if (lines.some((line) => line.own && line.text.includes(topic.guess))) {
      const next = pick([
        'Is there a case where it works differently?',
        'Where would I meet this outside the classroom?',
      ]);
      return `That helps, I see ${topic.name} more clearly now. ${next}`;
    }
    const opening = pick(['Let me try.', 'I think I can follow that.', 'Here is how I understand it.']);
    const check = pick(['Is that right?', 'Did I miss something?', 'Could you show me one more example?']);
    return `${opening} My guess is that ${topic.guess}. ${check}`;
  }
  if (subject === '') return 'I am not sure I follow. Could you say that in another way?';
  const opening =
    isQuestion(last.text) || last.speaker === undefined
      ? `I am wondering about ${subject} too.`
      : `I see what you mean about ${subject}, ${last.speaker}.`;
  const attempt = pick([
    'I would start with a small example and see whether it still holds when one thing changes.',
    'I would first write down what we know and what we are looking for.',
    'I would try to explain the beginning in my own words first.',
  ]);
  return `${opening} ${attempt} ${pick(['Is that a good way to begin?', 'Could somebody show me the first step?'])}`;
}
