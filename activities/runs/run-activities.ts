import type { RoomGateway } from '../../infra/temporal/room-gateway';
import type { RunPost, RunRecordActivities } from '../../workflows/contracts/run/activities';
import { createChildRun } from './child-run';
import { openRun, type OpenRunDeps } from './open-run';

export interface RunActivityDeps extends OpenRunDeps {
  rooms: RoomGateway;
}

/** Local activities of the run workflow. */
export function createRunActivities(deps: RunActivityDeps): RunRecordActivities {
  const { database, recorder, schemas, rooms } = deps;
  return {
    openRun: async (runId) => ({ claim: runId, value: await openRun(runId, deps) }),
    recordRun: ({ entries, ...run }) => recorder.record(run, entries),
    postToRoom: (post) => submit(rooms, post),
    createChildRun: (child) => createChildRun(database, child),
    checkJson: ({ value: { schema, value } }) => Promise.resolve(schemas.check(schema, value)),
  };
}

/** The room stores it under the run, as it does the messages of a turn; only people's messages start turns. */
function submit(rooms: RoomGateway, post: RunPost): Promise<void> {
  const { runId, workspaceId, roomId, messageId, author, content, mentions, depth } = post;
  return rooms.submit(
    { roomId, workspaceId },
    {
      ...{ messageId, mentions, turnId: runId, depth },
      author: author.kind === 'agent' ? author : { kind: 'system', id: null, name: 'System' },
      ...('text' in content ? { text: content.text } : { text: '', answerKey: content.answerKey }),
      replyTo: null,
      memberId: null,
    },
  );
}
