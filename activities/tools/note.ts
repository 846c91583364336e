import { storable } from '../../infra/database/json-text';
import { ToolError, type Tool } from './tool';

/** Longest content of a note, in characters. */
const longestNote = 500_000;

export const note: Tool = {
  spec: {
    name: 'note',
    description:
      'Appends text to the note with this title, in the room of the run, or in the run when it has no room.',
    inputSchema: {
      type: 'object',
      properties: {
        title: { type: 'string', minLength: 1, maxLength: 200 },
        text: { type: 'string', minLength: 1, maxLength: 50_000 },
      },
      required: ['title', 'text'],
      additionalProperties: false,
    },
    outputSchema: {
      type: 'object',
      properties: { artifactId: { type: 'string' }, version: { type: 'integer' } },
      required: ['artifactId', 'version'],
      additionalProperties: false,
    },
    repeatable: false,
  },
  call(input, { database, runId, workspaceId, roomId, idempotencyKey: writtenBy, label }) {
    const { title, text } = storable(input) as { title: string; text: string };
    const place = roomId === null ? { roomId, runId } : { roomId };
    return database.$transaction(async (transaction) => {
      // Two notes of one title at once are two versions of one artifact.
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`note/${roomId ?? runId}/${title}`}, 0))`;
      const written = await transaction.artifactVersion.findUnique({
        where: { writtenBy },
        select: { artifactId: true, version: true },
      });
      if (written) return written;
      const artifact = await transaction.artifact.findFirst({
        where: { ...place, workspaceId, title, deletedAt: null },
        orderBy: { createdAt: 'asc' },
        select: { id: true, version: true },
      });
      const before = artifact
        ? await transaction.artifactVersion.findUniqueOrThrow({
            where: { artifactId_version: { artifactId: artifact.id, version: artifact.version } },
            select: { content: true },
          })
        : null;
      const content = before ? `${before.content}\n\n${text}` : text;
      if (content.length > longestNote)
        throw new ToolError(
          `The note "${title}" is full: it holds ${longestNote} characters. Take another title.`,
        );
      const version = (artifact?.version ?? 0) + 1;
      const { id: artifactId } = artifact
        ? await transaction.artifact.update({
            where: { id: artifact.id },
            data: { version, updatedAt: new Date() },
          })
        : await transaction.artifact.create({ data: { workspaceId, roomId, runId, title, version } });
      await transaction.artifactVersion.create({
        data: {
          ...{ artifactId, version, content, writtenBy },
          contentType: 'text/markdown',
          authorKind: 'system',
          authorName: label,
        },
      });
      return { artifactId, version };
    });
  },
};
