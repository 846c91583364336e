import type { TriggerPolicy } from '../../../prisma/generated/client';
import type { TriggerEvent } from '../../../workflows/contracts/triggers/events';
import type { HttpContext } from '../http/context';
import { ApiError } from '../http/problems';
import type { ApiServices } from '../http/services';
import { dryRun, type DryRun } from '../triggers/dry-run';
import { acceptEvent, hookEvent } from './accept-event';
import { readHookMessage } from './hook-message';
import { withReceipt } from './receipts';

export interface HookRequest {
  /** Part of the address. */
  token: string;
  sessionId: string | undefined;
  ctx: HttpContext;
}

/** An accepted event and the policy that it is for. */
export interface TakenEvent {
  policy: TriggerPolicy;
  event: TriggerEvent;
  duplicate: boolean;
}

/**
 * Takes a delivery to a webhook's address.
 * @throws ApiError `hook_not_found`, `trigger_disabled`, `idempotency_key_reused`, those of `readHookMessage`
 */
export async function receiveHook(
  { token, sessionId, ctx }: HookRequest,
  services: ApiServices,
): Promise<TakenEvent> {
  const policy = await findHook(services, token);
  return withReceipt(services, { policyId: policy.id, test: false, status: 202 }, async (receipt) => {
    const message = await readHookMessage(ctx, services, policy, receipt);
    if (!policy.enabled)
      throw new ApiError('trigger_disabled', 'The trigger policy of this webhook is disabled.');
    const { event, duplicate } = await acceptEvent(
      services,
      policy,
      message,
      hookEvent(policy, message, sessionId),
    );
    receipt.eventId = event.id;
    if (duplicate) receipt.outcome = 'duplicate';
    return { policy, event, duplicate };
  });
}

/**
 * Checks a delivery as if it were real, and tells what it would do.
 * @throws ApiError `hook_not_found`, those of `readHookMessage`
 */
export async function tryHook(
  { token, sessionId, ctx }: HookRequest,
  services: ApiServices,
): Promise<DryRun> {
  const policy = await findHook(services, token);
  return withReceipt(services, { policyId: policy.id, test: true, status: 200 }, async (receipt) => {
    const message = await readHookMessage(ctx, services, policy, receipt);
    const told = await dryRun(services, policy, hookEvent(policy, message, sessionId), policy.roomId);
    receipt.explained = told;
    return told;
  });
}

async function findHook({ database }: ApiServices, token: string): Promise<TriggerPolicy> {
  const policy = await database.triggerPolicy.findUnique({ where: { hookToken: token } });
  if (policy?.eventType !== 'webhook')
    throw new ApiError('hook_not_found', 'No trigger policy has this address.');
  return policy;
}
