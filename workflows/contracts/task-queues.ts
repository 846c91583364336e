/**
 * Task queues of the platform. Orchestration (`control`) and each kind of execution have their own, so that they scale
 * apart and never wait behind each other.
 */
export const taskQueues = ['control', 'models', 'tools', 'delivery'] as const;

export type TaskQueue = (typeof taskQueues)[number];
