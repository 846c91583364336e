import { z } from 'zod';
import { publishDraft, rollBack } from '../../graphs/publish';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { ids } from '../examples';
import { uuid } from '../fields';
import { published, publishedExample, versionNumber, workflowParts } from './workflow-view';

const tags = ['workflows'] as const;
const params = { id: uuid(ids.workflow) };

export const publishWorkflow = defineRoute(
  {
    method: 'POST',
    path: '/workflows/{id}/publish',
    summary: 'Publish the draft',
    description:
      'For admins, teachers and members. Makes the next version, which runs from now on; runs that are under way keep theirs. A draft that means the same as the version that runs answers that version.',
    tags,
    auth: 'user',
    params,
    idempotent: true,
    body: {
      schema: z.strictObject({ note: workflowParts.note.default('') }),
      example: { note: 'Asks a teacher first.' },
    },
    responses: {
      200: { description: 'The version that runs now.', schema: published, example: publishedExample },
    },
    errors: ['forbidden', 'workflow_not_found', 'graph_invalid'],
  },
  async ({ params: { id }, body, user, ctx }, { database }) => {
    await authorise(database, user, 'workflow:manage', { workflowId: id });
    const by = { userId: user.userId, address: ctx.ip };
    return { status: 200, body: await publishDraft(database, id, body.note, by) };
  },
);

export const rollBackWorkflow = defineRoute(
  {
    method: 'POST',
    path: '/workflows/{id}/rollback',
    summary: 'Publish an old version again',
    description:
      'For admins, teachers and members. Makes a new version with the graph of the old one; the draft stays as it is.',
    tags,
    auth: 'user',
    params,
    idempotent: true,
    body: { schema: z.strictObject({ version: versionNumber }), example: { version: 2 } },
    responses: {
      200: {
        description: 'The version that runs now.',
        schema: published,
        example: { ...publishedExample, version: 4 },
      },
    },
    errors: ['forbidden', 'workflow_not_found', 'version_not_found'],
  },
  async ({ params: { id }, body, user, ctx }, { database }) => {
    await authorise(database, user, 'workflow:manage', { workflowId: id });
    const by = { userId: user.userId, address: ctx.ip };
    return { status: 200, body: await rollBack(database, id, body.version, by) };
  },
);
