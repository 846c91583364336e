import type { Prisma } from '../../../../prisma/generated/client';
import { defineRoute } from '../../http/route';
import { findRun } from '../../runs/run-access';
import { ids } from '../examples';
import { listOf, pageOf, timePage, uuid } from '../fields';
import {
  artifact,
  artifactContent,
  artifactExample,
  contentExample,
  viewArtifact,
  viewContent,
} from './artifact-view';
import { cursorOf, listArtifacts, readArtifact } from './room-artifacts';

const tags = ['artifacts'] as const;
const params = { id: uuid(ids.run) };
const example = { ...artifactExample, roomId: null, runId: ids.run };

export const getRunArtifacts = defineRoute(
  {
    method: 'GET',
    path: '/runs/{id}/artifacts',
    summary: 'List the artifacts of a run',
    description: 'Those that it has made or written to.',
    tags,
    auth: 'user',
    params,
    query: timePage,
    responses: {
      200: {
        description: 'A page of artifacts, those changed last first.',
        schema: listOf(artifact),
        example: { items: [example], nextCursor: null },
      },
    },
    errors: ['run_not_found'],
  },
  async ({ params: { id }, query: { limit, cursor }, user }, { database }) => {
    const run = await findRun(database, user, 'read', id);
    const rows = await listArtifacts(database, ofRun(run), cursor, limit + 1);
    return { status: 200, body: pageOf(rows, limit, viewArtifact, cursorOf) };
  },
);

export const getRunArtifact = defineRoute(
  {
    method: 'GET',
    path: '/runs/{id}/artifacts/{artifactId}',
    summary: 'Read an artifact of a run',
    description: 'Its newest version.',
    tags,
    auth: 'user',
    params: { ...params, artifactId: uuid(ids.artifact) },
    responses: {
      200: {
        description: 'The artifact.',
        schema: artifactContent,
        example: { ...contentExample, ...example },
      },
    },
    errors: ['run_not_found', 'artifact_not_found'],
  },
  async ({ params: { id, artifactId }, user }, { database }) => {
    const run = await findRun(database, user, 'read', id);
    const { row, newest } = await readArtifact(database, { AND: [{ id: artifactId }, ofRun(run)] });
    return { status: 200, body: viewContent(row, newest) };
  },
);

/** `writtenBy` of a version begins with the run that wrote it. */
const ofRun = ({ id, workspaceId }: { id: string; workspaceId: string }): Prisma.ArtifactWhereInput => ({
  workspaceId,
  OR: [{ runId: id }, { versions: { some: { writtenBy: { startsWith: `${id}/` } } } }],
});
