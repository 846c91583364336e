import { getTaskRuns, runTask } from './task-runs';
import { createTask, deleteTask, getTask, getTasks, updateTask } from './tasks';

export const taskRoutes = [getTasks, createTask, getTask, updateTask, deleteTask, getTaskRuns, runTask];
