import { isGreeting, isQuestion, isThanks } from './keywords';
import type { Scene } from './scene';

export function replyAsTeacher({ last, asked, lines, subject, topic, pick, agentName }: Scene): string {
  const to = last.speaker === undefined ? '' : `, ${last.speaker}`;
  if (asked.text === '' || isGreeting(asked.text)) {
    const self = agentName === undefined ? '' : `I am ${agentName}, and `;
    return `Hello${to}! ${self}we can start wherever you like. Which question shall we take first?`;
  }
  if (isThanks(asked.text)) return `You are welcome${to}. Ask again whenever something is unclear.`;
  if (topic) {
    const isGuess = last.text.includes(topic.guess);
    const opening = isGuess
      ? pick([`Well put${to}.`, `You are on the right track${to}.`, `Let us build on that${to}.`])
      : pick([
          `Good question${to}.`,
          `Let us look at ${topic.name}${to}.`,
          `That is worth a closer look${to}.`,
        ]);
    // What has been said already is not said again: the fact first, then the example.
    const isTold = lines.some((line) => line.text.includes(topic.fact));
    return isTold
      ? `${opening} ${topic.example} What does it tell you about ${topic.name}?`
      : `${opening} ${topic.fact} ${topic.question}`;
  }
  if (subject === '') return `Tell me a little more${to}. What would you like to find out?`;
  const opening = isQuestion(last.text)
    ? pick([`Good question about ${subject}${to}.`, `You ask about ${subject}${to}.`])
    : pick([`Thank you${to}, let us stay with ${subject}.`, `You bring up ${subject}${to}.`]);
  const task = pick([
    'First say in your own words what it means, then find one example that fits and one that does not.',
    'What have you observed yourself, and what could you test to find out more?',
    'Which part of it is clear to you already, and where does it get difficult?',
  ]);
  return `${opening} I hold no facts about it here, so let us work with what you know. ${task}`;
}
