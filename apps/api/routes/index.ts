import { healthRoutes } from '../health/routes';
import type { Route } from '../http/route';
import { authRoutes } from '../identity/auth-routes';
import { activateAgent, deactivateAgent, deleteAgent, updateAgent } from './agents/agent-changes';
import { getAgentVersions } from './agents/agent-versions';
import { createAgent, getAgent, getAgents, getDefinitions } from './agents/agents';
import { approvalRoutes } from './approvals';
import { artifactRoutes } from './artifacts';
import { getConsoleConfig } from './console-config';
import { courseRoutes } from './courses';
import { hookRoutes } from './hooks';
import { roomRoutes } from './rooms';
import { runRoutes } from './runs';
import { taskRoutes } from './tasks';
import { triggerRoutes } from './triggers';
import { userRoutes } from './users';
import { webhookRoutes } from './webhooks';
import { workflowRoutes } from './workflows';
import { addWorkspaceMember, getWorkspaceMembers } from './workspaces/workspace-members';
import { createWorkspace, getWorkspace, getWorkspaces } from './workspaces/workspaces';

const workspaceRoutes = [
  getWorkspaces,
  createWorkspace,
  getWorkspace,
  getWorkspaceMembers,
  addWorkspaceMember,
];

const agentRoutes = [
  getDefinitions,
  getAgents,
  createAgent,
  getAgent,
  updateAgent,
  deleteAgent,
  getAgentVersions,
  activateAgent,
  deactivateAgent,
];

/** Every route of the API, in the order the document lists them. */
export const routes: readonly Route[] = [
  ...authRoutes,
  ...userRoutes,
  ...workspaceRoutes,
  ...courseRoutes,
  ...roomRoutes,
  ...agentRoutes,
  ...workflowRoutes,
  ...runRoutes,
  ...taskRoutes,
  ...approvalRoutes,
  ...triggerRoutes,
  ...artifactRoutes,
  ...webhookRoutes,
  ...hookRoutes,
  ...healthRoutes,
  getConsoleConfig,
];
