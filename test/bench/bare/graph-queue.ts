export const bareGraphQueue = 'bare-graph';
