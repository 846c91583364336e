export const bareTaskQueue = 'bare-room';
