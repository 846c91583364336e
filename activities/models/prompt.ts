import type { PromptScene } from './call-context';
import type { PromptMessage } from './model-provider';

/** The prompt of an agent that answers: who it is, who is there, what was said. */
export function answerPrompt(
  agent: { agentId: string; name: string; instructions: string },
  scene: PromptScene,
): PromptMessage[] {
  const members = scene.members.map(
    ({ name, kind }) => `- ${name} (${kind}${name === agent.name ? ', you' : ''})`,
  );
  const system = [
    `You are ${agent.name}, an agent in the room "${scene.room}".`,
    agent.instructions,
    `Members of the room:\n${members.join('\n')}`,
    'Messages of others begin with their name. Write only your own message, without your name in front. Address a member with @Name. When the task of the conversation is done, end your message with TASK_COMPLETE.',
  ].join('\n\n');
  const history = scene.history.map(({ authorKind, authorId, authorName, text }): PromptMessage => {
    const own = authorKind === 'agent' && authorId === agent.agentId;
    return own ? { role: 'assistant', content: text } : { role: 'user', content: `${authorName}: ${text}` };
  });
  return [{ role: 'system', content: system }, ...history];
}

/** The prompt of the router that picks the next speaker. */
export function routePrompt(
  candidates: readonly { name: string }[],
  spoken: readonly string[],
  scene: PromptScene,
): PromptMessage[] {
  const system = [
    `You decide who speaks next in the room "${scene.room}".`,
    `Agents: ${candidates.map(({ name }) => name).join(', ')}.`,
    `Spoken this turn: ${spoken.length === 0 ? 'nobody' : spoken.join(', ')}.`,
    'Pick the agent whose answer helps the people most now, or NONE when the last message needs no (further) answer.',
  ].join('\n');
  const transcript = scene.history.map(({ authorName, text }) => `${authorName}: ${text}`).join('\n');
  return [
    { role: 'system', content: system },
    { role: 'user', content: transcript },
  ];
}
