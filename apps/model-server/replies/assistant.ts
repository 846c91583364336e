import { isGreeting, isQuestion, isThanks } from './keywords';
import type { Scene } from './scene';

export function replyAsAssistant({ last, asked, subject, topic, pick, agentName }: Scene): string {
  const to = last.speaker === undefined ? '' : `, ${last.speaker}`;
  const self = agentName === undefined ? '' : ` I am ${agentName}.`;
  if (asked.text === '' || isGreeting(asked.text)) return `Hello${to}!${self} How can I help?`;
  if (isThanks(asked.text)) return `You are welcome${to}.`;
  if (topic) {
    const opening = isQuestion(asked.text)
      ? pick([`In short${to}:`, `Briefly${to}:`])
      : `On ${topic.name}${to}:`;
    return `${opening} ${topic.fact} ${topic.example}`;
  }
  if (subject === '') return `I read your message${to}. Tell me what you would like me to do with it.`;
  const limits = pick([
    'I answer by fixed rules and hold no facts about it, so a connected model would say more.',
    'I can keep the conversation going, but the facts have to come from you or from a connected model.',
  ]);
  return `You ${isQuestion(asked.text) ? 'ask' : 'write'} about ${subject}${to}. ${limits}`;
}
