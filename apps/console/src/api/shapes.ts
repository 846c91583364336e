import type { JsonObject, JsonSchema } from '../../../../workflows/contracts/json';

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

/** What a message in a room runs: `GET /rooms/{id}/workflow`. */
export interface RoomWorkflow {
  workflowId: string;
  name: string;
}

export interface Run {
  id: string;
  kind: string;
  triggerType: string;
  status: string;
  triggerMessageId: string | null;
  error: { code: string; detail: string } | null;
  endedAt: string | null;
}

/** A question to people, asked by a step of a run. */
export interface Approval {
  id: string;
  runId: string;
  status: 'pending' | 'decided' | 'timed_out' | 'cancelled';
  title: string;
  description: string;
  /** JSON Schema of the form that a decision fills in; null: none. */
  schema: JsonSchema | null;
  actions: { id: string; label: string }[];
  /** How many people must choose the same action. */
  quorum: number;
  /** The one that won. */
  action: string | null;
  /** In the order they were made. */
  decisions: { userId: string; name: string; action: string; comment: string | null }[];
  /** I am asked. */
  mayDecide: boolean;
  requestedAt: string;
  /** When it times out; null: never. */
  dueAt: string | null;
}

export interface DecisionInput {
  action: string;
  data: JsonObject | null;
  comment: string | null;
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
