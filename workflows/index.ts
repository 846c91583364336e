/** Everything that the worker registers. */
export { webhookWorkflow } from './delivery/webhook-workflow';
export { roomWorkflow } from './room/room-workflow';
export { runWorkflow } from './run/run-workflow';
export { silenceWorkflow } from './triggers/silence-workflow';
export { timerWorkflow } from './triggers/timer-workflow';
export { triggersWorkflow } from './triggers/triggers-workflow';
