import { z } from 'zod';
import type { Artifact, ArtifactVersion } from '../../../../prisma/generated/client';
import { AuthorKind } from '../../../../prisma/generated/enums';
import { line } from '../../http/name-fields';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

/** Largest content of a version, in bytes of UTF-8. */
export const maxContentBytes = 1_048_576;
/** Room for content whose characters are written as escapes. */
export const artifactBodyBytes = 2 * maxContentBytes;

export const artifactParts = {
  title: line(200).meta({ example: 'Report on photosynthesis' }),
  content: z
    .string()
    .refine(
      (content) => Buffer.byteLength(content) <= maxContentBytes,
      `must have at most ${String(maxContentBytes)} bytes`,
    )
    .meta({ description: 'At most 1 MiB.', example: '# Photosynthesis\n\nLeaves turn light into sugar.' }),
  contentType: z
    .string()
    .max(100)
    .regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a MIME type')
    .meta({ example: 'text/markdown' }),
} as const;

export const artifact = z
  .object({
    id: uuid(ids.artifact),
    workspaceId: uuid(ids.workspace),
    roomId: uuid(ids.room).nullable(),
    runId: uuid(ids.run).nullable().meta({ description: 'The run that made it.' }),
    title: artifactParts.title,
    version: z.int().meta({ description: 'Number of the newest version; the ETag holds it.' }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Artifact', description: 'A document that people and agents write.' });

export const artifactExample: z.input<typeof artifact> = {
  id: ids.artifact,
  workspaceId: ids.workspace,
  roomId: ids.room,
  runId: null,
  title: 'Report on photosynthesis',
  version: 2,
  createdAt: at,
  updatedAt: at,
};

export const artifactVersion = z
  .object({
    artifactId: uuid(ids.artifact),
    version: z.int(),
    contentType: artifactParts.contentType,
    author: z.object({ kind: z.enum(AuthorKind), id: uuid(ids.ada).nullable(), name: z.string() }),
    createdAt: timestamp,
  })
  .meta({ id: 'ArtifactVersion', description: 'It never changes.' });

export const versionExample: z.input<typeof artifactVersion> = {
  artifactId: ids.artifact,
  version: 2,
  contentType: 'text/markdown',
  author: { kind: 'user', id: ids.ada, name: 'Ada' },
  createdAt: at,
};

const content = z.string();

export const artifactVersionContent = artifactVersion
  .extend({ content })
  .meta({ id: 'ArtifactVersionContent' });

export const artifactContent = artifact
  .extend({ contentType: artifactParts.contentType, author: artifactVersion.shape.author, content })
  .meta({ id: 'ArtifactContent', description: 'An artifact with its newest version.' });

export const contentExample: z.input<typeof artifactContent> = {
  ...artifactExample,
  contentType: 'text/markdown',
  author: versionExample.author,
  content: '# Photosynthesis\n\nLeaves turn light into sugar.',
};

export function viewArtifact(row: Artifact): z.input<typeof artifact> {
  const { id, workspaceId, roomId, runId, title, version, createdAt, updatedAt } = row;
  return {
    id,
    workspaceId,
    roomId,
    runId,
    title,
    version,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function viewVersion(row: Omit<ArtifactVersion, 'content'>): z.input<typeof artifactVersion> {
  return {
    artifactId: row.artifactId,
    version: row.version,
    contentType: row.contentType,
    author: { kind: row.authorKind, id: row.authorId, name: row.authorName },
    createdAt: row.createdAt.toISOString(),
  };
}

export function viewContent(row: Artifact, newest: ArtifactVersion): z.input<typeof artifactContent> {
  const { contentType, author } = viewVersion(newest);
  return { ...viewArtifact(row), contentType, author, content: newest.content };
}
