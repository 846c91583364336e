import { storable } from '../../infra/database/json-text';
import { recordEvent } from '../../infra/triggers/record-event';
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
  async call(input, { database, events, runId, workspaceId, roomId, idempotencyKey: writtenBy, label }) {
    const { title, text } = storable(input) as { title: string; text: string };
    const place = roomId === null ? { roomId, runId } : { roomId };
    const { written, happened } = await database.$transaction(async (transaction) => {
      // Two notes of one title at once are two versions of one artifact.
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`note/${roomId ?? runId}/${title}`}, 0))`;
      const before = await transaction.artifactVersion.findUnique({
        where: { writtenBy },
        select: { artifactId: true, version: true },
      });
      if (before) return { written: before, happened: [] };
      const artifact = await transaction.artifact.findFirst({
        where: { ...place, workspaceId, title, deletedAt: null },
        orderBy: { createdAt: 'asc' },
        select: { id: true, version: true },
      });
      const newest = artifact
        ? await transaction.artifactVersion.findUniqueOrThrow({
            where: { artifactId_version: { artifactId: artifact.id, version: artifact.version } },
            select: { content: true },
          })
        : null;
      const content = newest ? `${newest.content}\n\n${text}` : text;
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
      const author = { kind: 'system' as const, id: null, name: label };
      const happened = await recordEvent(transaction, {
        ...{ workspaceId, roomId, runId, type: 'artifact_changed' },
        data: { artifactId, version, title, author },
      });
      return { written: { artifactId, version }, happened };
    });
    events.send(happened);
    return written;
  },
};
