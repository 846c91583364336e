import type { Json } from '../../contracts/graph/document';
import { defaultHandle } from '../../contracts/graph/document';
import type { NodeContext } from '../node-context';
import { unknownAgent } from './agent';
import { defineKind, record, template, templateSchema } from './define-kind';

interface GroupChatData {
  agents: string[];
  strategy: 'round_robin' | 'mention' | 'router';
  prompt: string;
  stopWord?: string;
  maxRounds?: number;
  post?: boolean;
}

interface Participant {
  id: string;
  name: string;
}

type GroupChatConfig = Required<Omit<GroupChatData, 'agents'>> & { agents: Participant[] };

/** What the platform tells agents to say when they are done. */
const defaultStopWord = 'TASK_COMPLETE';

export const groupChat = defineKind<GroupChatData, GroupChatConfig>({
  kind: 'group_chat',
  version: 1,
  summary:
    'Several agents talk until one of them says the stop word, nobody is left to speak, or enough was said.',
  retries: true,
  schema: {
    type: 'object',
    properties: {
      agents: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        minItems: 2,
        maxItems: 10,
        uniqueItems: true,
        description: 'Ids of agents of the workspace.',
      },
      strategy: {
        enum: ['round_robin', 'mention', 'router'],
        description:
          'Who speaks next. `round_robin`: one after the other. `mention`: the first of the list, then whoever is addressed as @Name. `router`: whom a model picks.',
      },
      prompt: templateSchema('What they talk about.', 'Find a title for: {{ input.text }}'),
      stopWord: {
        type: 'string',
        minLength: 1,
        maxLength: 100,
        default: defaultStopWord,
        description: 'An answer that ends with it ends the talk.',
      },
      maxRounds: {
        type: 'integer',
        minimum: 1,
        maximum: 30,
        default: 6,
        description: 'Most answers, of all agents together.',
      },
      post: { type: 'boolean', default: false, description: 'The answers appear in the room as messages.' },
    },
    required: ['agents', 'strategy', 'prompt'],
  },
  handles: () => [defaultHandle],
  expressions: ({ prompt }) => template('data.prompt', prompt),
  output: () =>
    record({
      messages: { type: 'array', items: record({ agent: { type: 'string' }, text: { type: 'string' } }) },
      last: { type: 'string' },
      rounds: { type: 'integer' },
      reason: { type: 'string', enum: ['stop_word', 'round_limit', 'nobody'] },
    }),
  check: ({ data: { agents } }, { catalogue }) =>
    agents.flatMap((id, at) => (catalogue.agents.has(id) ? [] : [unknownAgent(`data.agents.${at}`, id)])),
  compile: (data, { catalogue }) => ({
    agents: data.agents.map((id) => ({ id, name: catalogue.agents.get(id)?.name ?? id })),
    strategy: data.strategy,
    prompt: data.prompt,
    stopWord: data.stopWord ?? defaultStopWord,
    maxRounds: data.maxRounds ?? 6,
    post: data.post ?? false,
  }),
  uses: ({ agents }) => ({ agents: agents.map(({ id }) => id) }),
  async execute(config, context) {
    const { prompt } = context.describe({
      prompt: context.render(config.prompt),
      agents: config.agents.map(({ name }) => name),
    });
    const reason = await talk(config, prompt, context);
    const { messages } = stateOf(context);
    return {
      output: {
        messages: messages.map(({ agent, text }) => ({ agent, text })),
        last: messages.at(-1)?.text ?? '',
        rounds: messages.length,
        reason,
      },
    };
  },
});

/** What it keeps after each answer. */
interface Talk extends Record<string, Json> {
  messages: { agent: string; text: string }[];
  /** Ids of agents that were addressed and have not spoken since, with strategy `mention`. */
  addressed: string[];
  stopped: boolean;
}

const stateOf = (context: NodeContext): Talk =>
  (context.memory.get() as Talk | undefined) ?? { messages: [], addressed: [], stopped: false };

async function talk(
  config: GroupChatConfig,
  prompt: string,
  context: NodeContext,
): Promise<'stop_word' | 'round_limit' | 'nobody'> {
  for (;;) {
    const state = stateOf(context);
    if (state.stopped) return 'stop_word';
    if (state.messages.length >= config.maxRounds) return 'round_limit';
    const speaker = await nextSpeaker(config, prompt, state, context);
    if (!speaker) return 'nobody';

    const part = String(state.messages.length + 1);
    const messageId = config.post ? context.messageId(part) : null;
    const answer = await context.answer(part, {
      agentId: speaker.id,
      prompt: `${prompt}\n\n${rulesFor(speaker, config)}`,
      withHistory: false,
      transcript: transcriptOf(state),
      ...(messageId !== null && { messageId }),
    });
    if (config.post)
      await context.post(part, {
        author: { kind: 'agent', id: speaker.id, name: answer.agentName },
        content: { answerPart: part },
      });
    const mentioned = config.agents.filter(
      ({ id, name }) => id !== speaker.id && answer.mentions.some((each) => sameName(each, name)),
    );
    context.memory.set({
      messages: [...state.messages, { agent: answer.agentName, text: answer.text }],
      addressed: [
        ...new Set([...state.addressed.filter((id) => id !== speaker.id), ...mentioned.map(({ id }) => id)]),
      ],
      stopped: endsWithStopWord(answer, config.stopWord),
    });
  }
}

async function nextSpeaker(
  { agents, strategy }: GroupChatConfig,
  prompt: string,
  state: Talk,
  context: NodeContext,
): Promise<Participant | undefined> {
  const spoken = state.messages.length;
  switch (strategy) {
    case 'round_robin':
      return agents[spoken % agents.length];
    case 'mention':
      return spoken === 0 ? agents[0] : agents.find(({ id }) => id === state.addressed[0]);
    case 'router': {
      const { agentId } = await context.route(`${spoken + 1}/route`, {
        candidates: agents.map(({ id }) => ({ agentId: id })),
        prompt,
        transcript: transcriptOf(state),
      });
      return agents.find(({ id }) => id === agentId);
    }
  }
}

const transcriptOf = ({ messages }: Talk): { name: string; text: string }[] =>
  messages.map(({ agent, text }) => ({ name: agent, text }));

function rulesFor(speaker: Participant, { agents, stopWord }: GroupChatConfig): string {
  const others = agents.filter(({ id }) => id !== speaker.id).map(({ name }) => `@${name}`);
  return `You talk with ${others.join(', ')}. When the task is done, end your message with ${stopWord}.`;
}

const endsWithStopWord = (
  { text, complete }: { text: string; complete: boolean },
  stopWord: string,
): boolean => (complete && stopWord === defaultStopWord) || text.replace(/[\s.!]+$/, '').endsWith(stopWord);

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
