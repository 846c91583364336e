import { ApplicationFailure, type Context } from '@temporalio/activity';
import type { Json, JsonObject } from '../../workflows/contracts/json';
import { findMentions } from '../../workflows/contracts/mentions';
import {
  callKey,
  type ModelAnswerResult,
  type ModelAnswerStep,
  type NodeModelActivities,
  type NodeRouteResult,
  type NodeRouteStep,
  type NodeStep,
} from '../../workflows/contracts/run/activities';
import type { NodeCalls } from '../runs/node-calls';
import type { CallFacts } from '../runs/run-records';
import { supervised } from '../supervision/supervised';
import { readAnswer, readJson } from './answer-text';
import type { PromptScene } from './call-context';
import { ModelError, toFailure } from './model-error';
import type { ModelActivityDeps } from './model-activities';
import type { Usage } from './model-provider';
import { nobody, readSpeaker, routeTokens, speakerOutput } from './next-speaker';
import { nodePrompt, nodeRoutePrompt } from './node-prompt';
import { loadAgents, loadScene, type ActiveAgent } from './node-scene';
import { openNodeStream, voidMessage, type NodeStreamOptions } from './node-stream';

export interface NodeModelDeps extends ModelActivityDeps {
  calls: NodeCalls;
}

/** Model calls of graph nodes: the activities of the `models` queue that run workflows use. */
export function createNodeModelActivities(deps: NodeModelDeps): NodeModelActivities {
  const { calls, database, relay, provider, prices, logger, settings } = deps;
  const stream: NodeStreamOptions = {
    relay,
    intervalMs: settings.deltaIntervalMs,
    onError: (error) =>
      logger.warn({ error }, 'Streamed text could not be delivered; the whole answer follows'),
  };

  return {
    answerNode: ({ value: node }, { value: step }) =>
      supervised(async (context) => {
        const value = await answer(node, step, context);
        return { claim: node.runId, value };
      }),
    routeNode: ({ value: node }, { value: step }) => supervised((context) => route(node, step, context)),
  };

  async function answer(node: NodeStep, step: ModelAnswerStep, context: Context): Promise<ModelAnswerResult> {
    try {
      const output = await calls.perform(node, context, {
        load: () =>
          Promise.all([
            loadAgents(database, node.workspaceId, [step.agentId]),
            loadScene(database, node, step.withHistory, settings.historyTokens),
          ]),
        make: async ([[agent], scene], onPaid) => {
          if (!agent) throw new Error('loadAgents answers for every agent');
          const raw = await write(node, step, agent, scene, context, onPaid);
          return answerOf(step, raw, agent, scene);
        },
        failureOf: (error) => failureOf(node, error, context),
      });
      // The row holds what `answerOf` made under the same key.
      return output as unknown as ModelAnswerResult;
    } catch (error) {
      if (isFinal(error, context)) await voidMessage(stream, node, step.messageId);
      throw error;
    }
  }

  async function write(
    node: NodeStep,
    step: ModelAnswerStep,
    agent: ActiveAgent,
    scene: PromptScene | null,
    context: Context,
    onPaid: (facts: CallFacts) => void,
  ): Promise<string> {
    const model = agent.model ?? settings.defaultModel;
    const { attempt } = context.info;
    const deltas = openNodeStream(stream, node, agent, { messageId: step.messageId, attempt });
    try {
      const { text, usage } = await provider.answer(
        {
          model,
          messages: nodePrompt(agent, step, scene),
          maxOutputTokens: settings.maxOutputTokens,
          ...(step.schema ? { output: { name: 'answer', schema: step.schema } } : {}),
          idempotencyKey: keyOf(node),
        },
        context.cancellationSignal,
        (piece) => deltas.push(piece),
      );
      onPaid(factsOf(model, usage, agent));
      return text;
    } finally {
      await deltas.close();
    }
  }

  async function route(node: NodeStep, step: NodeRouteStep, context: Context): Promise<NodeRouteResult> {
    const output = await calls.perform(node, context, {
      load: () =>
        loadAgents(
          database,
          node.workspaceId,
          step.candidates.map(({ agentId }) => agentId),
        ),
      make: async (agents, onPaid) => {
        const model = settings.defaultModel;
        const names = agents.map(({ name }) => name);
        const { text, usage } = await provider.answer(
          {
            model,
            messages: nodeRoutePrompt(names, step),
            maxOutputTokens: routeTokens,
            output: speakerOutput([...names, nobody]),
            idempotencyKey: keyOf(node),
          },
          context.cancellationSignal,
          () => undefined,
        );
        onPaid(factsOf(model, usage, null));
        const speaker = readSpeaker(text, [...names, nobody]);
        return { agentId: agents.find(({ name }) => name === speaker)?.agentId ?? null };
      },
      failureOf: (error) => failureOf(node, error, context),
    });
    return output as unknown as NodeRouteResult;
  }

  function factsOf(model: string, usage: Usage, agent: ActiveAgent | null): CallFacts {
    return {
      model,
      agentId: agent?.agentId ?? null,
      agentVersionId: agent?.agentVersionId ?? null,
      ...usage,
      costMicros: prices.costMicros(model, usage),
    };
  }
}

const keyOf = ({ runId, nodeKey, part }: NodeStep): string => `${runId}/${callKey(nodeKey, part)}`;

const failureOf = (
  node: NodeStep,
  error: unknown,
  { info }: Context,
): ReturnType<typeof toFailure> | undefined =>
  error instanceof ModelError ? toFailure(error, info.attempt, node.maxAttempts ?? undefined) : undefined;

/** No other attempt follows. */
const isFinal = (error: unknown, context: Context): boolean =>
  error instanceof ApplicationFailure
    ? error.nonRetryable === true
    : context.cancellationDetails?.cancelRequested === true;

function answerOf(
  step: ModelAnswerStep,
  raw: string,
  agent: ActiveAgent,
  scene: PromptScene | null,
): JsonObject {
  const { text, complete } = readAnswer(raw);
  const others = new Set([
    ...(scene?.members ?? []).map(({ name }) => name),
    ...(step.transcript ?? []).map(({ name }) => name),
  ]);
  others.delete(agent.name);
  return {
    text,
    ...(step.schema ? { json: readJson(text) as Json } : {}),
    agentName: agent.name,
    mentions: findMentions(
      text,
      [...others].map((name) => ({ name })),
    ).map(({ name }) => name),
    complete,
  };
}
