import { z } from 'zod';
import type { HookDelivery } from '../../../../prisma/generated/client';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { at, ids } from '../examples';
import { idPage, listOf, pageOf, timestamp, uuid } from '../fields';

const deliveryExample = '0197d6ab-6071-7283-9495-a6b7c8d9e0f1';
const eventExample = '0197d6aa-5f60-7172-8384-95a6b7c8d9e0';

const delivery = z
  .object({
    id: uuid(deliveryExample),
    receivedAt: timestamp,
    test: z.boolean().meta({ description: 'Sent to the test address: nothing ran.' }),
    outcome: z.string().meta({ description: '`accepted`, `duplicate`, or the code of the refusal.' }),
    status: z.int().meta({ description: 'Of the answer.' }),
    detail: z.string().nullable().meta({ description: 'Why it was refused.' }),
    key: z.string().nullable(),
    bodyBytes: z.int(),
    body: z.string().meta({ description: 'The beginning of it; empty when the signature did not hold.' }),
    explained: z.unknown().meta({ description: 'Of a test: what would have happened.' }),
    eventId: uuid(eventExample).nullable(),
  })
  .meta({ id: 'HookDelivery' });

const viewDelivery = ({ receivedAt, ...rest }: Omit<HookDelivery, 'policyId'>): z.input<typeof delivery> => ({
  ...rest,
  receivedAt: receivedAt.toISOString(),
});

export const getDeliveries = defineRoute(
  {
    method: 'GET',
    path: '/triggers/{id}/deliveries',
    summary: 'List what arrived at a webhook',
    description:
      'For those who may change the policy. The newest first, also what was refused and what the test address took; the newest 100 are kept. Requests over the rate limit are not listed.',
    tags: ['triggers'],
    auth: 'user',
    params: { id: uuid(ids.trigger) },
    query: idPage,
    responses: {
      200: {
        description: 'A page of deliveries.',
        schema: listOf(delivery),
        example: {
          items: [
            {
              id: deliveryExample,
              receivedAt: at,
              test: false,
              outcome: 'accepted',
              status: 202,
              detail: null,
              key: 'order-4711-paid',
              bodyBytes: 29,
              body: '{"order":4711,"state":"paid"}',
              explained: null,
              eventId: eventExample,
            },
          ],
          nextCursor: null,
        },
      },
    },
    errors: ['forbidden', 'trigger_not_found'],
  },
  async ({ params: { id }, query: { limit, cursor }, user }, { database }) => {
    await authorise(database, user, 'trigger:manage', { triggerId: id });
    const rows = await database.hookDelivery.findMany({
      where: { policyId: id, ...(cursor === undefined ? {} : { id: { lt: cursor } }) },
      omit: { policyId: true },
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
    return { status: 200, body: pageOf(rows, limit, viewDelivery, (row) => row.id) };
  },
);
