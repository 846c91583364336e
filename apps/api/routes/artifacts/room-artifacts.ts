import { z } from 'zod';
import type { Database } from '../../../../infra/database/client';
import { recordEvent } from '../../../../infra/triggers/record-event';
import type { SentEvent } from '../../../../infra/temporal/trigger-gateway';
import type { Artifact, ArtifactVersion, Prisma } from '../../../../prisma/generated/client';
import { etagOf, requireIfMatch } from '../../http/preconditions';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import { authorise } from '../../identity/permissions';
import type { Identity } from '../../identity/identity';
import { ids } from '../examples';
import { listOf, pageOf, timeCursor, timePage, uuid } from '../fields';
import { most, within } from '../limits';
import {
  artifact,
  artifactBodyBytes,
  artifactContent,
  artifactExample,
  artifactParts,
  contentExample,
  viewArtifact,
  viewContent,
} from './artifact-view';

const tags = ['artifacts'] as const;
const inRoom = { id: uuid(ids.room) };
const params = { ...inRoom, artifactId: uuid(ids.artifact) };

export const getArtifacts = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}/artifacts',
    summary: 'List the artifacts of a room',
    tags,
    auth: 'user',
    params: inRoom,
    query: timePage,
    responses: {
      200: {
        description: 'A page of artifacts, those changed last first.',
        schema: listOf(artifact),
        example: { items: [artifactExample], nextCursor: null },
      },
    },
    errors: ['room_not_found'],
  },
  async ({ params: { id }, query: { limit, cursor }, user }, { database }) => {
    await authorise(database, user, 'room:read', { roomId: id });
    const rows = await listArtifacts(database, { roomId: id }, cursor, limit + 1);
    return { status: 200, body: pageOf(rows, limit, viewArtifact, cursorOf) };
  },
);

export const createArtifact = defineRoute(
  {
    method: 'POST',
    path: '/rooms/{id}/artifacts',
    summary: 'Create an artifact',
    description: `For members of the room, which has at most ${String(most.artifactsPerRoom)} artifacts.`,
    tags,
    auth: 'user',
    params: inRoom,
    idempotent: true,
    body: {
      schema: z.strictObject({
        title: artifactParts.title,
        content: artifactParts.content,
        contentType: artifactParts.contentType.default('text/markdown'),
      }),
      example: { title: contentExample.title, content: contentExample.content },
      maxBytes: artifactBodyBytes,
    },
    responses: {
      201: { description: 'The artifact.', schema: artifact, example: { ...artifactExample, version: 1 } },
    },
    errors: ['forbidden', 'room_not_found', 'limit_reached'],
  },
  async ({ params: { id }, body: { title, ...version }, user }, { database, events }) => {
    const { room } = await authorise(database, user, 'room:write', { roomId: id });
    const { created, happened } = await database.$transaction(async (tx) => {
      const locked = await tx.$queryRaw<unknown[]>`
        SELECT id FROM rooms WHERE id = ${id}::uuid AND deleted_at IS NULL FOR NO KEY UPDATE`;
      if (locked.length === 0) throw new ApiError('room_not_found', 'The room was deleted.');
      const count = await tx.artifact.count({ where: { roomId: id, deletedAt: null } });
      within(most.artifactsPerRoom, count, 'artifacts in a room');
      const created = await tx.artifact.create({
        data: {
          workspaceId: room.workspaceId,
          roomId: id,
          title,
          versions: { create: { version: 1, ...version, ...authoredBy(user) } },
        },
      });
      return { created, happened: await recordChange(tx, created, user) };
    });
    events.send(happened);
    return { status: 201, headers: { ETag: etagOf(1) }, body: viewArtifact(created) };
  },
);

export const getArtifact = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}/artifacts/{artifactId}',
    summary: 'Read an artifact',
    description: 'Its newest version. The header `ETag` is what writing another takes as `If-Match`.',
    tags,
    auth: 'user',
    params,
    responses: {
      200: { description: 'The artifact.', schema: artifactContent, example: contentExample },
    },
    errors: ['room_not_found', 'artifact_not_found'],
  },
  async ({ params: { id, artifactId }, user }, { database }) => {
    await authorise(database, user, 'room:read', { roomId: id });
    const { row, newest } = await readArtifact(database, { id: artifactId, roomId: id });
    return { status: 200, headers: { ETag: etagOf(row.version) }, body: viewContent(row, newest) };
  },
);

export const putArtifact = defineRoute(
  {
    method: 'PUT',
    path: '/rooms/{id}/artifacts/{artifactId}',
    summary: 'Write a new version',
    description: 'For members of the room.',
    tags,
    auth: 'user',
    params,
    conditional: true,
    body: {
      schema: z.strictObject({
        title: artifactParts.title.optional(),
        content: artifactParts.content,
        contentType: artifactParts.contentType.optional(),
      }),
      example: { content: contentExample.content },
      maxBytes: artifactBodyBytes,
    },
    responses: {
      200: { description: 'The artifact as it is now.', schema: artifact, example: artifactExample },
    },
    errors: ['forbidden', 'room_not_found', 'artifact_not_found'],
  },
  async ({ params: { id, artifactId }, body, user, ctx }, { database, events }) => {
    await authorise(database, user, 'room:write', { roomId: id });
    const { title, content } = body;
    const { changed, happened } = await database.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM artifacts WHERE id = ${artifactId}::uuid FOR NO KEY UPDATE`;
      const { row, newest } = await readArtifact(tx, { id: artifactId, roomId: id });
      requireIfMatch(ctx, row.version);
      const contentType = body.contentType ?? newest.contentType;
      const version = row.version + 1;
      const changed = await tx.artifact.update({
        where: { id: artifactId },
        data: {
          version,
          updatedAt: new Date(),
          ...(title === undefined ? {} : { title }),
          versions: { create: { version, content, contentType, ...authoredBy(user) } },
        },
      });
      return { changed, happened: await recordChange(tx, changed, user) };
    });
    events.send(happened);
    return { status: 200, headers: { ETag: etagOf(changed.version) }, body: viewArtifact(changed) };
  },
);

export const deleteArtifact = defineRoute(
  {
    method: 'DELETE',
    path: '/rooms/{id}/artifacts/{artifactId}',
    summary: 'Delete an artifact',
    description: 'For members of the room.',
    tags,
    auth: 'user',
    params,
    responses: { 204: { description: 'The artifact is gone.' } },
    errors: ['forbidden', 'room_not_found', 'artifact_not_found'],
  },
  async ({ params: { id, artifactId }, user, ctx }, { database }) => {
    const { room } = await authorise(database, user, 'room:write', { roomId: id });
    await database.$transaction(async (tx) => {
      const { count } = await tx.artifact.updateMany({
        where: { id: artifactId, roomId: id, deletedAt: null },
        data: { deletedAt: new Date() },
      });
      if (count === 0) throw artifactNotFound();
      await recordAudit(tx, {
        action: 'artifact_deleted',
        actorId: user.userId,
        workspaceId: room.workspaceId,
        target: ['artifact', artifactId],
        address: ctx.ip,
      });
    });
    return { status: 204 };
  },
);

export const artifactNotFound = (): ApiError =>
  new ApiError('artifact_not_found', 'There is no such artifact here, or it was deleted.');

/** @throws ApiError `artifact_not_found` */
export async function readArtifact(
  db: Database | Prisma.TransactionClient,
  where: Prisma.ArtifactWhereInput,
): Promise<{ row: Artifact; newest: ArtifactVersion }> {
  const found = await db.artifact.findFirst({
    where: { ...where, deletedAt: null },
    include: { versions: { orderBy: { version: 'desc' }, take: 1 } },
  });
  const newest = found?.versions[0];
  if (!found || !newest) throw artifactNotFound();
  return { row: found, newest };
}

export function listArtifacts(
  database: Database,
  where: Prisma.ArtifactWhereInput,
  cursor: { time: Date; id: string } | undefined,
  take: number,
): Promise<Artifact[]> {
  const below =
    cursor === undefined
      ? {}
      : { OR: [{ updatedAt: { lt: cursor.time } }, { updatedAt: cursor.time, id: { lt: cursor.id } }] };
  return database.artifact.findMany({
    where: { AND: [where, { deletedAt: null }, below] },
    orderBy: [{ updatedAt: 'desc' }, { id: 'desc' }],
    take,
  });
}

export const cursorOf = ({ updatedAt, id }: Artifact): string => timeCursor(updatedAt, id);

function recordChange(
  tx: Prisma.TransactionClient,
  { id: artifactId, workspaceId, roomId, version, title }: Artifact,
  { userId: id, name }: Identity,
): Promise<SentEvent[]> {
  const data = { artifactId, version, title, author: { kind: 'user' as const, id, name } };
  return recordEvent(tx, { workspaceId, roomId, type: 'artifact_changed', data });
}

const authoredBy = ({ userId, name }: Identity) => ({
  authorKind: 'user' as const,
  authorId: userId,
  authorName: name,
});
