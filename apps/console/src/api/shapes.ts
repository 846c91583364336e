/** Answers of the API, as far as the page reads them (/openapi.json). */
export interface User {
  id: string;
  email: string;
  name: string;
}

export type WorkspaceRole = 'admin' | 'teacher' | 'student' | 'member';

export interface Membership {
  workspaceId: string;
  slug: string;
  name: string;
  personal: boolean;
  role: WorkspaceRole;
}

export interface Me {
  user: User;
  memberships: Membership[];
}

export const turnPolicies = ['enqueue', 'interrupt', 'reject', 'parallel'] as const;
export type TurnPolicy = (typeof turnPolicies)[number];
export type AgentReplies = 'auto' | 'mentioned';

export interface Room {
  id: string;
  workspaceId: string;
  name: string;
  turnPolicy: TurnPolicy;
  agentReplies: AgentReplies;
  maxRounds: number;
  role: 'owner' | 'member' | null;
  lastSeq: number;
  readSeq: number;
  unread: number;
  lastMessageAt: string | null;
}

export type RoomChanges = Partial<Pick<Room, 'name' | 'turnPolicy' | 'agentReplies' | 'maxRounds'>>;

export interface Agent {
  id: string;
  name: string;
  instructions: string;
  model: string | null;
  status: 'active' | 'inactive' | 'shutdown';
  version: number;
}

export interface AgentDefinition {
  definition: string;
  name: string;
  description: string;
  instructions: string;
}

export interface Run {
  id: string;
  status: string;
  triggerMessageId: string | null;
  error: { code: string; detail: string } | null;
  endedAt: string | null;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** What the server tells every page: `GET /console-config.json`. */
export interface ConsoleConfig {
  /** Address of the Temporal Web UI; null: not known. */
  temporalUi: string | null;
  namespace: string;
  version: string;
}
