import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhookWorkflowId } from '../../../workflows/contracts/webhooks';
import { eventually } from '../../support/eventually';
import { newRoom, type Person } from '../../support/people';
import { newPolicyOwner } from './policies';
import type { Recording, Stage } from './stage';

interface Subscription {
  subscriptionId: string;
  /** Waits until so many events were delivered. */
  readonly told: (count: number) => Promise<void>;
}

/** Subscribes a server to the messages of somebody's workspace. @param answers its status codes, the last for all that follow. */
export async function subscribe(
  { runs }: Stage,
  subscriber: Person,
  answers: readonly number[],
): Promise<Subscription> {
  let calls = 0;
  const server = createServer((_, response) => {
    response.writeHead(answers[Math.min(calls, answers.length - 1)] ?? 204).end();
    calls += 1;
  });
  // It ends with the recording.
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { id: subscriptionId } = await subscriber.must<{ id: string }>('POST', '/webhooks', {
    name: 'Server',
    url: `http://127.0.0.1:${port}/events`,
    eventTypes: ['message.created'],
  });
  const where = { subscriptionId, status: 'delivered' };
  return {
    subscriptionId,
    async told(count) {
      await eventually(
        `${count} events are delivered`,
        async () => (await runs.database.webhookDelivery.count({ where })) >= count,
      );
    },
  };
}

/** Somebody whose server is told of two messages and answers so. */
const toldOfTwo =
  (...answers: number[]): Recording =>
  async (stage) => {
    const { owner, say } = await newPolicyOwner(stage);
    const { id: roomId } = await newRoom(owner);
    const { subscriptionId, told } = await subscribe(stage, owner, answers);
    await say(roomId, 'one');
    await told(1);
    await say(roomId, 'two');
    await told(2);
    return [webhookWorkflowId(subscriptionId)];
  };

/** Deliveries of events to servers of others. */
export const deliveries: Record<string, Recording> = {
  'webhook-delivered': toldOfTwo(204),
  'webhook-retried': toldOfTwo(500, 204),
  /** The first event is refused, which disables the subscription; the second one comes through once it is enabled again. */
  'webhook-dead-letter': async (stage) => {
    const { owner, say } = await newPolicyOwner(stage);
    const { id: roomId } = await newRoom(owner);
    const { subscriptionId, told } = await subscribe(stage, owner, [410, 204]);
    await say(roomId, 'one');
    const where = { subscriptionId, status: 'dead' };
    await eventually('it is a dead letter', () => stage.runs.database.webhookDelivery.findFirst({ where }));
    await owner.must('PATCH', `/webhooks/${subscriptionId}`, { enabled: true });
    await say(roomId, 'two');
    await told(1);
    return [webhookWorkflowId(subscriptionId)];
  },
};
