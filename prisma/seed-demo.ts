import { v7 as uuidv7 } from 'uuid';
import { agentDefinitions } from '../infra/agents/definitions';
import type { Database } from '../infra/database/client';
import { hashPassword } from '../infra/identity/passwords';
import type { Prisma } from './generated/client';
import { seedTemplates } from './seed-templates';

export interface DemoSignIn {
  email: string;
  password: string;
}

/** For a stack on one's own machine only: production has no demo workspace. */
const demoPassword = 'coagent-demo';

const people = {
  maria: { email: 'maria@example.org', name: 'Maria' },
  tom: { email: 'tom@example.org', name: 'Tom' },
} as const;

const demoSlug = 'demo';

/** The lesson that the demo room opens with: who says what. */
const lesson: readonly (readonly [string, string])[] = [
  ['Maria', 'Good morning! Today we look at why the Moon shows phases. Tom, what do you think causes them?'],
  ['Tom', 'I always thought it is the shadow of the Earth.'],
  [
    'Teacher',
    'A very common idea, Tom! The Earth’s shadow only plays a part in a lunar eclipse. Which half of the Moon does the Sun light at any time?',
  ],
  ['Student', 'Always the half that faces the Sun. So the phases must depend on where we look from?'],
  [
    'Teacher',
    'Exactly. As the Moon goes round us, we see more or less of its lit half. That is all a phase is.',
  ],
  ['Tom', 'So at new moon the lit half points away from us?'],
  [
    'Maria',
    'Right. Keep that picture in mind and ask the agents here anything: mention one with @, or just write.',
  ],
];

/**
 * A workspace to try things in: a course, two people, three agents, three workflows, and a room with the beginning of a
 * lesson.
 * Does nothing when the workspace is there.
 */
export async function seedDemo(database: Database, log: (line: string) => void): Promise<DemoSignIn[]> {
  const signIns = Object.values(people).map(({ email }) => ({ email, password: demoPassword }));
  if (await database.workspace.findUnique({ where: { slug: demoSlug }, select: { id: true } }))
    return signIns;
  const passwordHash = await hashPassword(demoPassword);
  await database.$transaction(async (tx) => {
    // Without personal workspaces, so that the demo is the one they land in.
    const maria = await tx.user.create({ data: { ...people.maria, passwordHash } });
    const tom = await tx.user.create({ data: { ...people.tom, passwordHash } });
    const workspace = await tx.workspace.create({
      data: {
        slug: demoSlug,
        name: 'Demo school',
        memberships: {
          create: [
            { userId: maria.id, role: 'teacher' },
            { userId: tom.id, role: 'student' },
          ],
        },
      },
    });
    const course = await tx.course.create({ data: { workspaceId: workspace.id, name: 'Astronomy' } });
    const agents = await Promise.all(
      agentDefinitions.map(({ definition, name, instructions }) =>
        tx.agent.create({
          data: {
            workspaceId: workspace.id,
            name,
            definition,
            versions: { create: { version: 1, instructions } },
          },
        }),
      ),
    );
    await seedTemplates(tx, workspace.id, maria.id, agents);
    await createLessonRoom(tx, {
      workspaceId: workspace.id,
      courseId: course.id,
      owner: maria,
      people: [maria, tom],
      agents,
    });
  });
  log('made the demo workspace');
  return signIns;
}

interface Named {
  id: string;
  name: string;
}

interface LessonRoom {
  workspaceId: string;
  courseId: string;
  owner: Named;
  people: Named[];
  agents: Named[];
}

async function createLessonRoom(tx: Prisma.TransactionClient, lessonRoom: LessonRoom): Promise<void> {
  const { workspaceId, courseId, owner, people: users, agents } = lessonRoom;
  const started = Date.now() - lesson.length * 60_000;
  const at = (position: number): Date => new Date(started + position * 60_000);
  const authorOf = (name: string): { authorKind: 'user' | 'agent'; authorId: string | null } => {
    const user = users.find((candidate) => candidate.name === name);
    const agent = agents.find((candidate) => candidate.name === name);
    return user
      ? { authorKind: 'user', authorId: user.id }
      : { authorKind: 'agent', authorId: agent?.id ?? null };
  };
  await tx.room.create({
    data: {
      workspaceId,
      courseId,
      name: 'Why does the Moon change?',
      createdById: owner.id,
      lastSeq: lesson.length,
      lastMessageAt: at(lesson.length - 1),
      members: {
        create: [
          ...users.map(({ id }) => ({
            userId: id,
            role: id === owner.id ? ('owner' as const) : ('member' as const),
          })),
          ...agents.map(({ id }) => ({ agentId: id })),
        ],
      },
      messages: {
        create: lesson.map(([authorName, text], position) => ({
          id: uuidv7({ msecs: at(position).getTime() }),
          seq: position + 1,
          authorName,
          ...authorOf(authorName),
          text,
          createdAt: at(position),
        })),
      },
    },
  });
}
