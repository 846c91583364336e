import { defaultHandle } from '../../contracts/graph/document';
import { unknownAgent } from './agent';
import { defineKind, record, template, templateSchema } from './define-kind';

interface MessageData {
  text: string;
  agentId?: string;
}

interface MessageConfig {
  text: string;
  /** null: the platform itself. */
  author: { id: string; name: string } | null;
}

export const message = defineKind<MessageData, MessageConfig>({
  kind: 'message',
  version: 1,
  summary: 'Posts a text to the run’s room. Without a room it does nothing.',
  schema: {
    type: 'object',
    properties: {
      text: templateSchema('What is posted.', 'Done: {{ nodes.write.text }}'),
      agentId: {
        type: 'string',
        minLength: 1,
        description: 'The agent in whose name it is posted. Default: the system.',
      },
    },
    required: ['text'],
  },
  handles: () => [defaultHandle],
  expressions: ({ text }) => template('data.text', text),
  output: () => record({ posted: { type: 'boolean' }, text: { type: 'string' } }),
  check: ({ data: { agentId } }, { catalogue }) =>
    agentId !== undefined && !catalogue.agents.has(agentId) ? [unknownAgent('data.agentId', agentId)] : [],
  compile: ({ text, agentId }, { catalogue }) => ({
    text,
    author:
      agentId === undefined ? null : { id: agentId, name: catalogue.agents.get(agentId)?.name ?? agentId },
  }),
  uses: ({ author }) => ({ agents: author ? [author.id] : [] }),
  async execute({ text: source, author }, context) {
    const { text } = context.describe({ text: context.render(source) });
    const posted = await context.post('', {
      author: author ? { kind: 'agent', ...author } : { kind: 'system' },
      content: { text },
    });
    return { output: { posted, text } };
  },
});
