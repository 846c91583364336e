import { z } from 'zod';
import type { ClientFrame } from '../../../workflows/contracts/events';

const uuid = z.uuid().toLowerCase();

/** A frame of a client in a room. */
export const clientFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('send'),
    id: uuid,
    text: z.string(),
    mentions: z.array(uuid).max(50).exactOptional(),
    replyTo: uuid.exactOptional(),
  }),
  z.strictObject({ type: z.literal('typing'), on: z.boolean() }),
  z.strictObject({ type: z.literal('read'), seq: z.int().min(0).max(2_147_483_647) }),
  z.strictObject({ type: z.literal('cancel'), turnId: uuid }),
  z.strictObject({ type: z.literal('ping') }),
]) satisfies z.ZodType<ClientFrame>;
