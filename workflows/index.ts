/** Everything that the worker registers. */
export { roomWorkflow } from './room/room-workflow';
export { runWorkflow } from './run/run-workflow';
