/** Everything that the worker registers. */
export { roomWorkflow } from './room/room-workflow';
