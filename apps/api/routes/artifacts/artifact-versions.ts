import { pageLimit, queryInteger } from '../../http/query';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { ids } from '../examples';
import { listOf, pageOf, uuid } from '../fields';
import {
  artifactVersion,
  artifactVersionContent,
  contentExample,
  versionExample,
  viewVersion,
} from './artifact-view';
import { readArtifact } from './room-artifacts';

const tags = ['artifacts'] as const;
const params = { id: uuid(ids.room), artifactId: uuid(ids.artifact) };
const number = queryInteger({ min: 1, max: 2_147_483_647, example: 2 });

export const getArtifactVersions = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}/artifacts/{artifactId}/versions',
    summary: 'List the versions of an artifact',
    tags,
    auth: 'user',
    params,
    query: {
      limit: pageLimit,
      cursor: number.optional().meta({ description: '`nextCursor` of the page before.', example: 12 }),
    },
    responses: {
      200: {
        description: 'A page of versions, the newest first, without their content.',
        schema: listOf(artifactVersion),
        example: { items: [versionExample], nextCursor: null },
      },
    },
    errors: ['room_not_found', 'artifact_not_found'],
  },
  async ({ params: { id, artifactId }, query: { limit, cursor }, user }, { database }) => {
    await authorise(database, user, 'room:read', { roomId: id });
    await readArtifact(database, { id: artifactId, roomId: id });
    const rows = await database.artifactVersion.findMany({
      where: { artifactId, ...(cursor === undefined ? {} : { version: { lt: cursor } }) },
      omit: { content: true },
      orderBy: { version: 'desc' },
      take: limit + 1,
    });
    return { status: 200, body: pageOf(rows, limit, viewVersion, (row) => String(row.version)) };
  },
);

export const getArtifactVersion = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}/artifacts/{artifactId}/versions/{n}',
    summary: 'Read a version of an artifact',
    tags,
    auth: 'user',
    params: { ...params, n: number },
    responses: {
      200: {
        description: 'The version.',
        schema: artifactVersionContent,
        example: { ...versionExample, content: contentExample.content },
      },
    },
    errors: ['room_not_found', 'artifact_not_found', 'version_not_found'],
  },
  async ({ params: { id, artifactId, n }, user }, { database }) => {
    await authorise(database, user, 'room:read', { roomId: id });
    await readArtifact(database, { id: artifactId, roomId: id });
    const row = await database.artifactVersion.findUnique({
      where: { artifactId_version: { artifactId, version: n } },
    });
    if (row === null) throw new ApiError('version_not_found', `The artifact has no version ${String(n)}.`);
    return { status: 200, body: { ...viewVersion(row), content: row.content } };
  },
);
