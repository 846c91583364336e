import {
  decideInRoom,
  decideInWorkspace,
  decideOnTrigger,
  type RoomAction,
  type Standing,
  type WorkspaceAction,
} from '../../../apps/api/identity/permission-rules';

const nobody: Standing = { superAdmin: false, workspaceRole: null, roomRole: null };
const rolesInWorkspace = ['admin', 'teacher', 'student', 'member'] as const;

test.each<[string, Partial<Standing>, Record<RoomAction, string>]>([
  ['a stranger', {}, { 'room:read': 'hidden', 'room:write': 'hidden', 'room:manage': 'hidden' }],
  [
    'a teacher of the workspace who is not in the room',
    { workspaceRole: 'teacher' },
    { 'room:read': 'hidden', 'room:write': 'hidden', 'room:manage': 'hidden' },
  ],
  [
    'an admin of the workspace who is not in the room',
    { workspaceRole: 'admin' },
    { 'room:read': 'allowed', 'room:write': 'forbidden', 'room:manage': 'allowed' },
  ],
  [
    'a member of the room',
    { workspaceRole: 'student', roomRole: 'member' },
    { 'room:read': 'allowed', 'room:write': 'allowed', 'room:manage': 'forbidden' },
  ],
  [
    'a guest from outside the workspace',
    { roomRole: 'member' },
    { 'room:read': 'allowed', 'room:write': 'allowed', 'room:manage': 'forbidden' },
  ],
  [
    'an owner of the room',
    { workspaceRole: 'student', roomRole: 'owner' },
    { 'room:read': 'allowed', 'room:write': 'allowed', 'room:manage': 'allowed' },
  ],
  [
    'a super admin',
    { superAdmin: true },
    { 'room:read': 'allowed', 'room:write': 'allowed', 'room:manage': 'allowed' },
  ],
])('in a room, %s', (_name, standing, expected) => {
  const decided = Object.keys(expected).map((action) => [
    action,
    decideInRoom(action as RoomAction, { ...nobody, ...standing }),
  ]);
  expect(Object.fromEntries(decided)).toEqual(expected);
});

test.each<[WorkspaceAction, string[]]>([
  ['workspace:read', ['admin', 'teacher', 'student', 'member']],
  ['workspace:manage', ['admin']],
  ['course:read', ['admin', 'teacher', 'student', 'member']],
  ['course:manage', ['admin', 'teacher']],
  ['room:create', ['admin', 'teacher', 'student', 'member']],
  ['agent:read', ['admin', 'teacher', 'student', 'member']],
  ['agent:manage', ['admin', 'teacher', 'member']],
  ['workflow:read', ['admin', 'teacher', 'student', 'member']],
  ['workflow:execute', ['admin', 'teacher', 'student', 'member']],
  ['workflow:manage', ['admin', 'teacher', 'member']],
  ['trigger:read', ['admin', 'teacher', 'student', 'member']],
  ['trigger:manage', ['admin', 'teacher', 'member']],
  ['run:oversee', ['admin', 'teacher']],
  ['webhook:manage', ['admin']],
])('in a workspace, %s is for %s', (action, allowed) => {
  for (const workspaceRole of rolesInWorkspace) {
    expect(decideInWorkspace(action, { ...nobody, workspaceRole })).toBe(
      allowed.includes(workspaceRole) ? 'allowed' : 'forbidden',
    );
  }
  expect(decideInWorkspace(action, nobody)).toBe('hidden');
  expect(decideInWorkspace(action, { ...nobody, superAdmin: true })).toBe('allowed');
});

test.each<[string, Partial<Standing>, string, string]>([
  [
    'an owner of the room who is a student',
    { workspaceRole: 'student', roomRole: 'owner' },
    'allowed',
    'allowed',
  ],
  ['a teacher who is in the room', { workspaceRole: 'teacher', roomRole: 'member' }, 'allowed', 'allowed'],
  ['a student who is in the room', { workspaceRole: 'student', roomRole: 'member' }, 'allowed', 'forbidden'],
  ['a guest who is in the room', { roomRole: 'member' }, 'allowed', 'forbidden'],
  ['a teacher who is not in the room', { workspaceRole: 'teacher' }, 'hidden', 'hidden'],
  ['an admin who is not in the room', { workspaceRole: 'admin' }, 'allowed', 'allowed'],
])('a trigger policy for a room: %s', (_name, standing, read, manage) => {
  const who = { ...nobody, ...standing };
  expect(decideOnTrigger('trigger:read', who, true)).toBe(read);
  expect(decideOnTrigger('trigger:manage', who, true)).toBe(manage);
});
