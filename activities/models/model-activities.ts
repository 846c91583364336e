import type { Context } from '@temporalio/activity';
import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import { roomChannel, type Relay } from '../../infra/relay/relay';
import type {
  AnswerResult,
  AnswerStep,
  ModelActivities,
  RouteResult,
  RouteStep,
} from '../../workflows/contracts/activities';
import { findMentions } from '../../workflows/contracts/mentions';
import type { PriceList } from '../../infra/usage/prices';
import { supervised } from '../supervision/supervised';
import { loadCallContext } from './call-context';
import { createCallLedger } from './call-ledger';
import { createDeltaStream } from './delta-stream';
import { readAnswer } from './answer-text';
import { ModelError, toFailure } from './model-error';
import type { ModelProvider } from './model-provider';
import { nobody, readSpeaker, routeTokens, speakerOutput } from './next-speaker';
import { answerPrompt, routePrompt } from './prompt';

export interface ModelActivityDeps {
  database: Database;
  relay: Relay;
  provider: ModelProvider;
  prices: PriceList;
  logger: Logger;
  settings: { defaultModel: string; historyTokens: number; maxOutputTokens: number; deltaIntervalMs: number };
}

/** The router needs a look at the end of the conversation only. */
const routeHistoryTokens = 2000;

/** The activities of the `models` queue: each pays for its call once, however often it is attempted. */
export function createModelActivities(deps: ModelActivityDeps): ModelActivities {
  const { database, relay, provider, prices, logger, settings } = deps;
  const ledger = createCallLedger(database, prices);

  return {
    answer: (step) => attempted((context) => writeAnswer(step, context)),
    route: (step) => attempted((context) => pickSpeaker(step, context)),
  };

  async function writeAnswer(step: AnswerStep, context: Context): Promise<AnswerResult> {
    const { attempt } = context.info;
    const { roomId, messageId, turnId, agent } = step;
    const author = { kind: 'agent' as const, id: agent.agentId, name: agent.name };
    const announce = relay.publish(roomChannel(roomId), [
      attempt === 1
        ? { type: 'turn.speaker', turnId, messageId, author }
        : { type: 'message.reset', messageId, attempt },
    ]);
    const [{ scene, version, paid }] = await Promise.all([
      loadCallContext(database, step, agent.agentVersionId, settings.historyTokens),
      announce.catch(warnRelay),
    ]);
    // The only writer of `paid` is the ledger, under the same key, so the shape is this activity's own.
    if (paid) return resultOf(paid as AnswerOutput);
    const model = version?.model ?? settings.defaultModel;
    const deltas = createDeltaStream(
      (index, piece) =>
        relay.publish(roomChannel(roomId), [
          { type: 'message.delta', messageId, attempt, index, text: piece },
        ]),
      settings.deltaIntervalMs,
      warnRelay,
    );
    try {
      const { text, usage } = await provider.answer(
        {
          model,
          messages: answerPrompt({ ...agent, instructions: version?.instructions ?? '' }, scene),
          maxOutputTokens: settings.maxOutputTokens,
          idempotencyKey: `${turnId}/${step.key}`,
        },
        context.cancellationSignal,
        (piece) => deltas.push(piece),
      );
      const output = await outputOf(step, text);
      await ledger.record(step, { kind: 'answer', model, attempt, usage, output, agent });
      return resultOf(output);
    } finally {
      await deltas.close();
    }
  }

  async function outputOf({ roomId }: AnswerStep, raw: string): Promise<AnswerOutput> {
    const { text, complete } = readAnswer(raw);
    const agents = text.includes('@')
      ? await database.roomMember.findMany({
          where: { roomId, agentId: { not: null } },
          select: { id: true, agent: { select: { name: true } } },
        })
      : [];
    const named = agents.map(({ id, agent }) => ({ id, name: agent?.name ?? '' }));
    return { text, complete, mentions: findMentions(text, named).map(({ id }) => id) };
  }

  async function pickSpeaker(step: RouteStep, context: Context): Promise<RouteResult> {
    const budget = Math.min(settings.historyTokens, routeHistoryTokens);
    const { scene, paid } = await loadCallContext(database, step, null, budget);
    if (paid) return paid as RouteResult;
    const model = settings.defaultModel;
    const names = [...step.candidates.map(({ name }) => name), nobody];
    const { text, usage } = await provider.answer(
      {
        model,
        messages: routePrompt(step.candidates, step.spoken, scene),
        maxOutputTokens: routeTokens,
        output: speakerOutput(names),
        idempotencyKey: `${step.turnId}/${step.key}`,
      },
      context.cancellationSignal,
      () => undefined,
    );
    const speaker = readSpeaker(text, names);
    const output: RouteResult = {
      memberId: step.candidates.find(({ name }) => name === speaker)?.memberId ?? null,
    };
    await ledger.record(step, { kind: 'route', model, attempt: context.info.attempt, usage, output });
    return output;
  }

  function warnRelay(error: unknown): void {
    logger.warn({ error }, 'Streamed text could not be delivered; the whole message follows');
  }
}

interface AnswerOutput extends AnswerResult {
  text: string;
}

const resultOf = ({ mentions, complete }: AnswerOutput): AnswerResult => ({ mentions, complete });

/** Model errors become typed failures. */
function attempted<R>(work: (context: Context) => Promise<R>): Promise<R> {
  return supervised(async (context) => {
    try {
      return await work(context);
    } catch (error) {
      throw error instanceof ModelError ? toFailure(error, context.info.attempt) : error;
    }
  });
}
