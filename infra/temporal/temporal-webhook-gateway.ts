import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { searchAttributes } from '../../workflows/contracts/search-attributes';
import {
  webhookMessages,
  webhookWorkflowId,
  webhookWorkflowType,
  type WebhookWorkflowInput,
} from '../../workflows/contracts/webhooks';
import type { Logger } from '../logger/logger';
import { createOutbox } from '../outbox/outbox';
import { callTemporal } from './temporal-call';
import type { WebhookGateway } from './webhook-gateway';

type WebhookWorkflow = (input: WebhookWorkflowInput) => Promise<void>;

export function createWebhookGateway(client: Client, logger: Logger): WebhookGateway {
  // One call at a time: what comes meanwhile is told by a single one.
  const outbox = createOutbox<WebhookWorkflowInput, null>(async ({ subscriptionId, workspaceId }) => {
    await callTemporal(client, () =>
      client.workflow.signalWithStart<WebhookWorkflow>(webhookWorkflowType, {
        workflowId: webhookWorkflowId(subscriptionId),
        taskQueue: 'control',
        args: [{ subscriptionId, workspaceId }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowTaskTimeout: '5s',
        signal: webhookMessages.wake,
        typedSearchAttributes: new TypedSearchAttributes([
          { key: searchAttributes.WorkspaceId, value: workspaceId },
          { key: searchAttributes.Initiator, value: 'platform' },
        ]),
        staticSummary: 'Delivers the events of a webhook subscription, in order',
      }),
    );
  });

  return {
    wake(subscriptions) {
      for (const subscription of subscriptions)
        outbox
          .send(subscription.subscriptionId, subscription, null)
          .catch((error: unknown) => logger.warn({ error, ...subscription }, 'A webhook could not be woken'));
    },
  };
}
