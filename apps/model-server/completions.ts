import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Accounts, CallAccount } from './accounting';
import { composeAnswer, promptDirectives } from './answer';
import { ApiError } from './api-error';
import type { CompletionCall } from './completion-call';
import { headerFaults, type FaultBook, type FaultPlan } from './faults';
import { pause } from './pause';
import { lastUserText } from './prompt';
import { readBody } from './read-body';
import { sendJson } from './send-json';
import { streamAnswer } from './sse';

/** Milliseconds; may change between requests. */
export interface Pace {
  /** Before the first byte of every completion. */
  latencyMs: number;
  /** Before each token of a stream. */
  tokenDelayMs: number;
}

interface CompletionDeps {
  pace: Readonly<Pace>;
  accounts: Accounts;
  faultBook: FaultBook;
  /** @throws ApiError 400 */
  readCall: (body: Buffer) => CompletionCall;
}

export function createCompletionHandler({ pace, accounts, faultBook, readCall }: CompletionDeps) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    accounts.arrived();
    const body = await readBody(request);
    const call = readCall(body);
    const directives = promptDirectives(call.prompt);
    const plan = faultBook.plan(
      [...directives.faults, ...headerFaults(request.headers['x-fault'])],
      `${call.prompt.model}\n${lastUserText(call.prompt)}`,
    );
    if (plan.refuse) {
      await pause(response, plan.delayMs);
      throw refusal(plan.refuse);
    }
    const answer = composeAnswer(call.prompt, directives);

    settleOnClose(response, accounts.started(idempotencyKey(request)), plan.ending);
    await pause(response, pace.latencyMs + plan.delayMs);
    if (response.closed) return;
    const rendering = {
      id: createHash('sha256').update(body).digest('hex').slice(0, 24),
      created: Math.floor(Date.now() / 1000),
      model: call.prompt.model,
      tokenDelayMs: plan.tokenDelayMs ?? pace.tokenDelayMs,
    };
    if (call.stream) {
      const { tokenDelayMs } = rendering;
      await streamAnswer(response, call.toScript(answer, rendering), { tokenDelayMs, ending: plan.ending });
    } else {
      sendAnswer(response, call.toJson(answer, rendering), plan.ending);
    }
  };
}

export function sendAnswer(response: ServerResponse, answer: unknown, ending: FaultPlan['ending']): void {
  if (ending === 'whole') {
    sendJson(response, 200, answer);
    return;
  }
  const text = JSON.stringify(answer);
  const half = text.slice(0, Math.floor(text.length / 2));
  response.writeHead(200, { 'content-type': 'application/json' });
  if (ending === 'malformed') response.end(half);
  else response.write(half, () => response.destroy());
}

export function refusal({ status, retryAfter }: NonNullable<FaultPlan['refuse']>): ApiError {
  return new ApiError(status, `The request asked for this failure (${status}).`, {
    code: 'requested_fault',
    ...(retryAfter !== undefined && { headers: { 'retry-after': retryAfter } }),
  });
}

function settleOnClose(response: ServerResponse, account: CallAccount, ending: FaultPlan['ending']): void {
  response.once('close', () => {
    if (ending !== 'whole' || response.statusCode !== 200) account.failed();
    else if (response.writableFinished) account.finished();
    else account.aborted();
  });
}

function idempotencyKey(request: IncomingMessage): string | undefined {
  const key = request.headers['x-idempotency-key'];
  return Array.isArray(key) ? key[0] : key;
}
