import { z } from 'zod';
import { receiveHook, tryHook } from '../../hooks/receive';
import { goneSignal } from '../../http/gone-signal';
import { defineRoute } from '../../http/route';
import { awaitDecision } from '../../triggers/await-decision';
import { uuid } from '../fields';
import { decided, decidedExample } from '../triggers/decided';
import { dryRunExample, dryRunView } from '../triggers/test-trigger';
import { preferWait, sessionId, waitOf } from '../workflows/execute';

const signed = {
  tags: ['triggers'],
  auth: 'none',
  params: {
    token: z
      .string()
      .meta({ description: 'From `hook.url` of the policy.', example: 'Zk3v9Qx1mT7c2LrB5nW8yH4d' }),
  },
  query: { sessionId: sessionId.optional().meta({ description: 'Default: the scope’s session or room.' }) },
  rawBody: {
    description:
      'Any JSON, at most HOOK_MAX_BYTES; held to the `bodySchema` of the policy. The signature covers it byte for byte, before compression.',
    example: { order: 4711, state: 'paid' },
  },
} as const;

const signatureHeaders = {
  'webhook-id': z.string().meta({
    description: 'Names the message: the same in every attempt to deliver it. At most 200 characters.',
    example: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
  }),
  'webhook-timestamp': z.string().meta({
    description: 'Seconds since 1970, at most HOOK_TOLERANCE_SECONDS away from the present.',
    example: '1772443800',
  }),
  'webhook-signature': z.string().meta({
    description:
      '`v1,` and the base64 of HMAC-SHA-256 over `{webhook-id}.{webhook-timestamp}.{body}`; several with spaces between.',
    example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  }),
};

const refusals = [
  'hook_not_found',
  'signature_missing',
  'signature_stale',
  'signature_invalid',
  'malformed_body',
] as const;

const accepted = z
  .object({ eventId: uuid(decidedExample.eventId), status: z.literal('accepted') })
  .meta({ id: 'AcceptedEvent' });

export const receive = defineRoute(
  {
    ...signed,
    method: 'POST',
    path: '/hooks/{token}',
    outside: true,
    summary: 'Deliver to a webhook',
    description:
      'Signed by the Standard Webhooks specification. Answers as soon as the event is stored; with `Prefer: wait=30` it waits up to that many seconds (at most 60) for the decision and the end of the run. The same key and body are one event and have the same answer; the same key with another body is refused.',
    headers: {
      ...signatureHeaders,
      'Idempotency-Key': z.string().optional().meta({
        description: 'The key in place of `webhook-id`. At most 200 characters.',
        example: 'order-4711-paid',
      }),
      ...preferWait,
    },
    responses: {
      200: {
        description: 'It was decided in time, and its run, if there is one, has ended.',
        schema: decided,
        example: decidedExample,
      },
      202: {
        description: 'It is stored, and will be decided once.',
        schema: accepted,
        example: { eventId: decidedExample.eventId, status: 'accepted' },
      },
    },
    errors: [...refusals, 'trigger_disabled', 'idempotency_key_reused'],
  },
  async ({ params: { token }, query, ctx }, services) => {
    const wait = waitOf(ctx);
    const { policy, event, duplicate } = await receiveHook(
      { token, sessionId: query.sessionId, ctx },
      services,
    );
    const body = { eventId: event.id, status: 'accepted' } as const;
    const headers = duplicate ? { 'Idempotent-Replayed': 'true' } : {};
    if (wait === null) return { status: 202, headers, body };
    const awaited = { workspaceId: policy.workspaceId, policyId: policy.id, eventId: event.id, at: event.at };
    const outcome = await awaitDecision(services.database, awaited, wait, goneSignal(ctx));
    const waited = { ...headers, 'Preference-Applied': `wait=${String(wait)}` };
    return outcome === null
      ? { status: 202, headers: waited, body }
      : { status: 200, headers: waited, body: { eventId: event.id, ...outcome } };
  },
);

export const tryOut = defineRoute(
  {
    ...signed,
    method: 'POST',
    path: '/hooks/{token}/test',
    outside: true,
    summary: 'Try out a webhook',
    description:
      'Checks a delivery like the real address, and tells what it would do, also while the policy is disabled. Nothing runs, and no key is used up.',
    headers: signatureHeaders,
    responses: {
      200: { description: 'What would happen, and why.', schema: dryRunView, example: dryRunExample },
    },
    errors: refusals,
  },
  async ({ params: { token }, query, ctx }, services) => ({
    status: 200,
    body: await tryHook({ token, sessionId: query.sessionId, ctx }, services),
  }),
);
