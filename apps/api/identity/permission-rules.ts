import type { RoomRole, WorkspaceRole } from '../../../prisma/generated/enums';

export type RoomAction = 'room:read' | 'room:write' | 'room:manage';
export type AgentAction = 'agent:read' | 'agent:manage';
export type CourseAction = 'course:read' | 'course:manage';
export type WorkflowAction = 'workflow:read' | 'workflow:execute' | 'workflow:manage';
export type TriggerAction = 'trigger:read' | 'trigger:manage';
export type WorkspaceAction =
  | 'workspace:read'
  | 'workspace:invite'
  | 'workspace:manage'
  | 'room:create'
  | AgentAction
  | CourseAction
  | WorkflowAction
  | TriggerAction
  | 'run:oversee'
  | 'webhook:manage';

/** What a person is, where the action would happen. */
export interface Standing {
  superAdmin: boolean;
  /** null: not a member of the workspace. */
  workspaceRole: WorkspaceRole | null;
  /** null: not a member of the room, or no room is involved. */
  roomRole: RoomRole | null;
}

/** `hidden`: the person may not even know that it exists. */
export type Decision = 'allowed' | 'forbidden' | 'hidden';

const everybody: readonly WorkspaceRole[] = ['admin', 'teacher', 'student', 'member'];
const makers: readonly WorkspaceRole[] = ['admin', 'teacher', 'member'];
const staff: readonly WorkspaceRole[] = ['admin', 'teacher'];

/** Which roles of a workspace may do what in it. */
const workspaceRules: Readonly<Record<WorkspaceAction, readonly WorkspaceRole[]>> = {
  'workspace:read': everybody,
  'workspace:invite': staff,
  'workspace:manage': ['admin'],
  'course:read': everybody,
  'course:manage': staff,
  'room:create': everybody,
  'agent:read': everybody,
  'agent:manage': makers,
  'workflow:read': everybody,
  'workflow:execute': everybody,
  'workflow:manage': makers,
  'trigger:read': everybody,
  'trigger:manage': makers,
  // Runs and tasks that other people started outside rooms.
  'run:oversee': staff,
  // Sends what happens in the workspace, messages too, to another server.
  'webhook:manage': ['admin'],
};

/**
 * Room membership decides: members read and write, owners manage. An admin of the workspace may also see and manage
 * its rooms, but speaks in one only after joining it.
 */
const roomRules: Readonly<Record<RoomAction, (standing: Standing) => boolean>> = {
  'room:read': ({ roomRole, workspaceRole }) => roomRole !== null || workspaceRole === 'admin',
  'room:write': ({ roomRole }) => roomRole !== null,
  'room:manage': ({ roomRole, workspaceRole }) => roomRole === 'owner' || workspaceRole === 'admin',
};

export function decideInRoom(action: RoomAction, standing: Standing): Decision {
  if (standing.superAdmin || roomRules[action](standing)) return 'allowed';
  return roomRules['room:read'](standing) ? 'forbidden' : 'hidden';
}

export function decideInWorkspace(
  action: WorkspaceAction,
  { superAdmin, workspaceRole }: Standing,
): Decision {
  if (superAdmin) return 'allowed';
  if (workspaceRole === null) return 'hidden';
  return workspaceRules[action].includes(workspaceRole) ? 'allowed' : 'forbidden';
}

/**
 * Trigger policies are the workspace's. One for a room is as visible as the room, and those who manage the room manage it
 * too. @param inRoom its scope is a room.
 */
export function decideOnTrigger(action: TriggerAction, standing: Standing, inRoom: boolean): Decision {
  if (!inRoom) return decideInWorkspace(action, standing);
  const visible = decideInRoom('room:read', standing);
  if (action === 'trigger:read' || visible === 'hidden') return visible;
  if (decideInRoom('room:manage', standing) === 'allowed') return 'allowed';
  return decideInWorkspace(action, standing) === 'allowed' ? 'allowed' : 'forbidden';
}
