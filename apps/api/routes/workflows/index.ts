import { getDraft, putDraft, validateWorkflow } from './draft';
import { executeWorkflow } from './execute';
import { getGraphSchema, getKinds } from './format';
import { publishWorkflow, rollBackWorkflow } from './publishing';
import { getVersion, getVersionDiff, getVersions } from './versions';
import { createWorkflow, deleteWorkflow, getWorkflow, getWorkflows, updateWorkflow } from './workflows';

export const workflowRoutes = [
  getWorkflows,
  createWorkflow,
  getKinds,
  getWorkflow,
  updateWorkflow,
  deleteWorkflow,
  getDraft,
  putDraft,
  validateWorkflow,
  publishWorkflow,
  getVersions,
  getVersion,
  getVersionDiff,
  rollBackWorkflow,
  executeWorkflow,
  getGraphSchema,
];
