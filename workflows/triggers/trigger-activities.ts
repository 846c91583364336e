import { proxyLocalActivities } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { TriggerActivities } from '../contracts/triggers/activities';

/** Local activities: who decides waits for its database as long as it takes. */
export const triggerActivities = proxyLocalActivities<TriggerActivities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '5s' },
});

export const isRoomGone = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof ApplicationFailure && error.cause.type === 'room_gone';
