import type { ModelAnswerStep, NodeRouteStep } from '../../workflows/contracts/run/activities';
import type { PromptScene } from './call-context';
import type { PromptMessage } from './model-provider';
import type { ActiveAgent } from './node-scene';

/** The prompt of an agent in a graph: who it is, what the room said if it matters, what was said in the node, its task. */
export function nodePrompt(
  agent: ActiveAgent,
  step: ModelAnswerStep,
  scene: PromptScene | null,
): PromptMessage[] {
  const system = [
    scene
      ? `You are ${agent.name}, an agent in the room "${scene.room}".`
      : `You are ${agent.name}, an agent.`,
    agent.instructions,
    ...(step.schema ? ['Answer in JSON only.'] : []),
    ...(step.transcript || step.withHistory
      ? ['Messages of others begin with their name. Write only your own message, without your name in front.']
      : []),
  ].join('\n\n');
  const said = [
    ...(step.withHistory ? (scene?.history ?? []) : []).map(({ authorId, authorName, text }) => ({
      own: authorId === agent.agentId,
      name: authorName,
      text,
    })),
    ...(step.transcript ?? []).map(({ name, text }) => ({ own: name === agent.name, name, text })),
  ];
  return [
    { role: 'system', content: system },
    ...said.map(({ own, name, text }): PromptMessage =>
      own ? { role: 'assistant', content: text } : { role: 'user', content: `${name}: ${text}` },
    ),
    { role: 'user', content: step.prompt },
  ];
}

/** The prompt of the router that picks who speaks next in a group chat. */
export function nodeRoutePrompt(
  names: readonly string[],
  { prompt, transcript }: NodeRouteStep,
): PromptMessage[] {
  const spoken = transcript.map(({ name }) => name);
  const system = [
    'You decide who speaks next in a conversation of agents.',
    `Agents: ${names.join(', ')}.`,
    `Spoken so far: ${spoken.length === 0 ? 'nobody' : spoken.join(', ')}.`,
    'Pick the agent whose answer helps the task most now, or NONE when it is done.',
  ].join('\n');
  const said = transcript.map(({ name, text }) => `${name}: ${text}`);
  return [
    { role: 'system', content: system },
    { role: 'user', content: [`Task: ${prompt}`, ...said].join('\n') },
  ];
}
