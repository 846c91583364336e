import { z } from 'zod';
import type { RunClientFrame } from './run-protocol';

/** A frame of a client that follows a run. */
export const runClientFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('cancel'), mode: z.enum(['cancel', 'stop']).exactOptional() }),
  z.strictObject({ type: z.literal('ping') }),
]) satisfies z.ZodType<RunClientFrame>;
