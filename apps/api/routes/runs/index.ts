import { cancelRun, forkFrom, pauseRun, resumeRun, retryRun } from './run-control';
import { getEvents } from './run-events';
import { getLogs, getNodes } from './run-record';
import { getRun, getRuns } from './runs';

export const runRoutes = [
  getRuns,
  getRun,
  getNodes,
  getLogs,
  getEvents,
  cancelRun,
  pauseRun,
  resumeRun,
  retryRun,
  forkFrom,
];
