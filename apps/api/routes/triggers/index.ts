import { backfillTrigger } from './backfill';
import { fireTrigger } from './fire-trigger';
import { getFirings } from './firings';
import { rotateTriggerSecret } from './rotate-secret';
import { testTrigger } from './test-trigger';
import { deleteTrigger, disableTrigger, enableTrigger, updateTrigger } from './trigger-changes';
import { createTrigger, getTrigger, getTriggers } from './triggers';

export const triggerRoutes = [
  getTriggers,
  createTrigger,
  getTrigger,
  updateTrigger,
  deleteTrigger,
  enableTrigger,
  disableTrigger,
  testTrigger,
  fireTrigger,
  backfillTrigger,
  getFirings,
  rotateTriggerSecret,
];
