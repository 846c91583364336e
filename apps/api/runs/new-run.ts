import type { Prisma } from '../../../prisma/generated/client';
import type { Json } from '../../../workflows/contracts/json';
import type { Runnable } from './runnable';

/** A run that is to be started. */
export interface NewRun {
  runnable: Runnable;
  /** What the run begins with; held to the graph's input schema. */
  payload: Json;
  /** What started it. */
  triggerType: 'api' | 'task' | 'fork' | 'retry';
  /** User id. */
  initiatorId: string;
  roomId: string | null;
  sessionId: string | null;
  taskId?: string;
  /** Further columns of the row. */
  more?: Partial<Prisma.RunUncheckedCreateInput>;
}
