import { validate as isUuid } from 'uuid';
import type { Database } from '../../../infra/database/client';
import type {
  Agent,
  Course,
  Room,
  TriggerPolicy,
  Workflow,
  Workspace,
} from '../../../prisma/generated/client';
import type { RoomRole, WorkspaceRole } from '../../../prisma/generated/enums';
import { ApiError, type ErrorCode } from '../http/problems';
import type { Identity } from './identity';
import {
  decideInRoom,
  decideInWorkspace,
  decideOnTrigger,
  type AgentAction,
  type CourseAction,
  type Decision,
  type RoomAction,
  type TriggerAction,
  type WorkflowAction,
  type WorkspaceAction,
} from './permission-rules';

export type {
  AgentAction,
  CourseAction,
  RoomAction,
  TriggerAction,
  WorkflowAction,
  WorkspaceAction,
} from './permission-rules';

/** Who asks: an Identity, or as much of one as decides. */
export type Caller = Pick<Identity, 'userId' | 'superAdmin'>;

export interface RoomScope {
  room: Room;
  /** The caller's own membership; null for super admins and workspace admins who have not joined. */
  member: { id: string; role: RoomRole } | null;
  /** null: a guest, who belongs to the room and not to its workspace. */
  workspaceRole: WorkspaceRole | null;
}

export interface WorkspaceScope extends Pick<Workspace, 'id' | 'slug' | 'name' | 'personal'> {
  /** null: a super admin who is no member. */
  role: WorkspaceRole | null;
}

export interface AgentScope {
  agent: Agent;
  workspaceRole: WorkspaceRole | null;
}

export interface WorkflowScope {
  /** Without the draft, which is large. */
  workflow: Omit<Workflow, 'draft'>;
  workspaceRole: WorkspaceRole | null;
}

export interface TriggerScope {
  policy: TriggerPolicy;
  /** null: a guest of the room that is its scope, or a super admin who is no member. */
  workspaceRole: WorkspaceRole | null;
}

export interface CourseScope {
  course: Course;
  workspaceRole: WorkspaceRole | null;
}

/**
 * The one permission check: may this person do this here? It loads what it is about, so that the handler need not.
 * @throws ApiError 404 `…_not_found` for what does not exist or the caller may not know of; 403 `forbidden` for what
 * the caller may see but not do.
 */
export function authorise(
  db: Database,
  caller: Caller,
  action: RoomAction,
  where: { roomId: string },
): Promise<RoomScope>;
export function authorise(
  db: Database,
  caller: Caller,
  action: AgentAction,
  where: { agentId: string },
): Promise<AgentScope>;
export function authorise(
  db: Database,
  caller: Caller,
  action: CourseAction,
  where: { courseId: string },
): Promise<CourseScope>;
export function authorise(
  db: Database,
  caller: Caller,
  action: WorkflowAction,
  where: { workflowId: string },
): Promise<WorkflowScope>;
export function authorise(
  db: Database,
  caller: Caller,
  action: TriggerAction,
  where: { triggerId: string },
): Promise<TriggerScope>;
export function authorise(
  db: Database,
  caller: Caller,
  action: WorkspaceAction,
  where: { workspaceId: string } | { workspaceSlug: string },
): Promise<WorkspaceScope>;
export function authorise(
  db: Database,
  caller: Caller,
  action: RoomAction | WorkspaceAction,
  where:
    | { roomId: string }
    | { agentId: string }
    | { courseId: string }
    | { workflowId: string }
    | { triggerId: string }
    | { workspaceId: string }
    | { workspaceSlug: string },
): Promise<RoomScope | AgentScope | CourseScope | WorkflowScope | TriggerScope | WorkspaceScope> {
  if ('roomId' in where) return inRoom(db, caller, action as RoomAction, where.roomId);
  if ('agentId' in where) return onAgent(db, caller, action as AgentAction, where.agentId);
  if ('courseId' in where) return onCourse(db, caller, action as CourseAction, where.courseId);
  if ('workflowId' in where) return onWorkflow(db, caller, action as WorkflowAction, where.workflowId);
  if ('triggerId' in where) return onTrigger(db, caller, action as TriggerAction, where.triggerId);
  return inWorkspace(db, caller, action as WorkspaceAction, where);
}

function enforce(decision: Decision, notFound: ErrorCode, what: string, action: string): void {
  if (decision === 'hidden') throw missing(notFound, what);
  if (decision === 'forbidden') throw new ApiError('forbidden', `Your role does not permit ${action} here.`);
}

const missing = (code: ErrorCode, what: string): ApiError =>
  new ApiError(code, `There is no such ${what}, or it is not yours to see.`);

type RoomRow = Room & {
  memberId: string | null;
  memberRole: RoomRole | null;
  workspaceRole: WorkspaceRole | null;
};

async function inRoom(
  db: Database,
  { userId, superAdmin }: Caller,
  action: RoomAction,
  roomId: string,
): Promise<RoomScope> {
  if (!isUuid(roomId)) throw missing('room_not_found', 'room');
  // One round trip: this check stands before every message.
  const [row] = await db.$queryRaw<RoomRow[]>`
    SELECT r.id, r.workspace_id AS "workspaceId", r.course_id AS "courseId", r.name, r.turn_policy::text AS "turnPolicy",
           r.agent_replies::text AS "agentReplies", r.max_rounds AS "maxRounds", r.last_seq AS "lastSeq",
           r.roster_version AS "rosterVersion", r.workflow_id AS "workflowId",
           r.workflow_version AS "workflowVersion", r.created_by_id AS "createdById", r.created_at AS "createdAt",
           r.last_message_at AS "lastMessageAt", r.last_user_seq AS "lastUserSeq", r.deleted_at AS "deletedAt",
           rm.id AS "memberId", rm.role::text AS "memberRole", m.role::text AS "workspaceRole"
    FROM rooms r
    LEFT JOIN room_members rm ON rm.room_id = r.id AND rm.user_id = ${userId}::uuid
    LEFT JOIN memberships m ON m.workspace_id = r.workspace_id AND m.user_id = ${userId}::uuid
    WHERE r.id = ${roomId}::uuid AND r.deleted_at IS NULL`;
  if (row === undefined) throw missing('room_not_found', 'room');
  const { memberId, memberRole, workspaceRole, ...room } = row;
  enforce(
    decideInRoom(action, { superAdmin, workspaceRole, roomRole: memberRole }),
    'room_not_found',
    'room',
    action,
  );
  return {
    room,
    workspaceRole,
    member: memberId === null || memberRole === null ? null : { id: memberId, role: memberRole },
  };
}

async function inWorkspace(
  db: Database,
  { userId, superAdmin }: Caller,
  action: WorkspaceAction,
  where: { workspaceId: string } | { workspaceSlug: string },
): Promise<WorkspaceScope> {
  if ('workspaceId' in where && !isUuid(where.workspaceId)) throw missing('workspace_not_found', 'workspace');
  const found = await db.workspace.findUnique({
    where: 'workspaceId' in where ? { id: where.workspaceId } : { slug: where.workspaceSlug },
    select: {
      id: true,
      slug: true,
      name: true,
      personal: true,
      memberships: { where: { userId }, select: { role: true } },
    },
  });
  if (found === null) throw missing('workspace_not_found', 'workspace');
  const { memberships, ...workspace } = found;
  const workspaceRole = memberships[0]?.role ?? null;
  enforce(
    decideInWorkspace(action, { superAdmin, workspaceRole, roomRole: null }),
    'workspace_not_found',
    'workspace',
    action,
  );
  return { ...workspace, role: workspaceRole };
}

const ownMembership = (userId: string) => ({
  workspace: { select: { memberships: { where: { userId }, select: { role: true } } } },
});

async function onAgent(
  db: Database,
  { userId, superAdmin }: Caller,
  action: AgentAction,
  agentId: string,
): Promise<AgentScope> {
  const found = isUuid(agentId)
    ? await db.agent.findUnique({ where: { id: agentId }, include: ownMembership(userId) })
    : null;
  if (found === null) throw missing('agent_not_found', 'agent');
  const { workspace, ...agent } = found;
  const workspaceRole = workspace.memberships[0]?.role ?? null;
  enforce(
    decideInWorkspace(action, { superAdmin, workspaceRole, roomRole: null }),
    'agent_not_found',
    'agent',
    action,
  );
  return { agent, workspaceRole };
}

async function onCourse(
  db: Database,
  { userId, superAdmin }: Caller,
  action: CourseAction,
  courseId: string,
): Promise<CourseScope> {
  const found = isUuid(courseId)
    ? await db.course.findUnique({ where: { id: courseId }, include: ownMembership(userId) })
    : null;
  if (found === null) throw missing('course_not_found', 'course');
  const { workspace, ...course } = found;
  const workspaceRole = workspace.memberships[0]?.role ?? null;
  enforce(
    decideInWorkspace(action, { superAdmin, workspaceRole, roomRole: null }),
    'course_not_found',
    'course',
    action,
  );
  return { course, workspaceRole };
}

async function onWorkflow(
  db: Database,
  { userId, superAdmin }: Caller,
  action: WorkflowAction,
  workflowId: string,
): Promise<WorkflowScope> {
  const found = isUuid(workflowId)
    ? await db.workflow.findUnique({
        where: { id: workflowId, deletedAt: null },
        include: ownMembership(userId),
        omit: { draft: true },
      })
    : null;
  if (found === null) throw missing('workflow_not_found', 'workflow');
  const { workspace, ...workflow } = found;
  const workspaceRole = workspace.memberships[0]?.role ?? null;
  enforce(
    decideInWorkspace(action, { superAdmin, workspaceRole, roomRole: null }),
    'workflow_not_found',
    'workflow',
    action,
  );
  return { workflow, workspaceRole };
}

async function onTrigger(
  db: Database,
  { userId, superAdmin }: Caller,
  action: TriggerAction,
  triggerId: string,
): Promise<TriggerScope> {
  const found = isUuid(triggerId)
    ? await db.triggerPolicy.findUnique({
        where: { id: triggerId },
        include: {
          ...ownMembership(userId),
          room: { select: { deletedAt: true, members: { where: { userId }, select: { role: true } } } },
        },
      })
    : null;
  if (found === null) throw missing('trigger_not_found', 'trigger policy');
  const { workspace, room, ...policy } = found;
  const workspaceRole = workspace.memberships[0]?.role ?? null;
  const standing = { superAdmin, workspaceRole, roomRole: room?.members[0]?.role ?? null };
  // Of a room that was deleted only the policy is left, for the workspace to remove.
  const inRoom = room !== null && room.deletedAt === null;
  enforce(decideOnTrigger(action, standing, inRoom), 'trigger_not_found', 'trigger policy', action);
  return { policy, workspaceRole };
}
