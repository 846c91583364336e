import type { JsonObject, JsonSchema } from '../../contracts/graph/document';
import type { KindProblem } from '../node-kind';
import { defaultHandle } from '../../contracts/graph/document';
import { defineKind, jsonSchemaSchema, record, template, templateSchema } from './define-kind';

interface AgentData {
  agentId: string;
  prompt: string;
  history?: boolean;
  post?: boolean;
  schema?: JsonSchema;
}

interface AgentConfig {
  agentId: string;
  prompt: string;
  history: boolean;
  post: boolean;
  schema: JsonSchema | null;
}

export const agent = defineKind<AgentData, AgentConfig>({
  kind: 'agent',
  version: 1,
  summary: 'An agent answers a prompt, in text or as JSON, and posts the answer to the room if asked to.',
  retries: true,
  schema: {
    type: 'object',
    properties: {
      agentId: { type: 'string', minLength: 1, description: 'Id of an agent of the workspace.' },
      prompt: templateSchema('What the agent is asked.', 'Summarise this: {{ input.text }}'),
      history: {
        type: 'boolean',
        default: false,
        description: 'The newest messages of the room go into the prompt.',
      },
      post: {
        type: 'boolean',
        default: false,
        description: 'The answer appears in the room, token by token, and stays there as a message.',
      },
      schema: jsonSchemaSchema('The agent answers in JSON that satisfies it; find it in `json`.'),
    },
    required: ['agentId', 'prompt'],
  },
  handles: () => [defaultHandle],
  expressions: ({ prompt }) => template('data.prompt', prompt),
  output: ({ schema }) => answerSchema(schema),
  check({ data: { agentId, schema } }, { catalogue, schemas }) {
    const problems: KindProblem[] = [];
    if (!catalogue.agents.has(agentId)) problems.push(unknownAgent('data.agentId', agentId));
    const wrong = schema && schemas.checkSchema(schema);
    if (wrong) problems.push({ code: 'invalid_schema', path: 'data.schema', message: wrong });
    return problems;
  },
  compile: ({ agentId, prompt, history = false, post = false, schema = null }) => ({
    agentId,
    prompt,
    history,
    post,
    schema,
  }),
  uses: ({ agentId }) => ({ agents: [agentId] }),
  async execute({ agentId, prompt, history, post, schema }, context) {
    const { prompt: text } = context.describe({ agentId, prompt: context.render(prompt) });
    const messageId = post ? context.messageId('') : null;
    const answer = await context.answer('', {
      agentId,
      prompt: text,
      withHistory: history,
      ...(schema && { schema }),
      ...(messageId !== null && { messageId }),
    });
    if (post)
      await context.post('', {
        author: { kind: 'agent', id: agentId, name: answer.agentName },
        content: { answerPart: '' },
      });
    return { output: { ...answer } };
  },
});

export const unknownAgent = (path: string, agentId: string): KindProblem => ({
  code: 'unknown_agent',
  path,
  message: `There is no agent "${agentId}" in this workspace. Take the id of one that is there.`,
});

/** A ModelAnswerResult. */
function answerSchema(json: JsonSchema | undefined): JsonSchema {
  const properties: JsonObject = {
    text: { type: 'string' },
    agentName: { type: 'string' },
    mentions: { type: 'array', items: { type: 'string' } },
    complete: { type: 'boolean' },
  };
  return record({ ...(properties as Record<string, JsonSchema>), ...(json && { json }) });
}
