import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import { eventually } from '../../support/eventually';
import { openRunFixture, type RunFixture, type RunFixtureOptions } from '../../support/graphs/run-fixture';
import { newPerson, type Person } from '../../support/people';
import { startProcess } from '../../support/processes';
import { RoomSocket } from '../../support/room-socket';

/** Where recordings are played: an API and a worker of the product, and a Temporal of their own. */
export interface Stage {
  readonly runs: RunFixture;
  readonly apiUrl: string;
  readonly alice: Person;
  /** An agent of the workspace of `runs`. */
  readonly agentId: string;
  stop(): Promise<void>;
}

/** Plays a scenario; answers the ids of the Temporal workflows whose histories are kept. */
export type Recording = (stage: Stage) => Promise<string[]>;

export async function openStage(options: RunFixtureOptions = {}): Promise<Stage> {
  const env = {
    ...{ REQUESTS_PER_MINUTE: '1000000', MESSAGES_PER_MINUTE: '1000000' },
    ...{ OUTBOUND_ALLOWED: '127.0.0.1/32', WEBHOOK_RETRY_INITIAL_SECONDS: '1' },
  };
  const runs = await openRunFixture({ ...options, env });
  const api = await startProcess('api', { ...runs.env, PORT: '0' });
  const apiUrl = String(api.hello.listening);
  return {
    ...{ runs, apiUrl, alice: await newPerson(apiUrl, 'Alice'), agentId: await runs.newAgent() },
    async stop() {
      RoomSocket.closeAll();
      await api.stop();
      await runs.stop();
    },
  };
}

export const ask = { title: 'Go on?', assignees: { roles: ['admin'] } };
export const one = { output: { v: '1' } };

/** Data of an agent that takes a tenth of a second for each word. */
export const slowly = (agentId: string, words: number): { agentId: string; prompt: string } => ({
  agentId,
  prompt: `[[fault: token-delay ms=100]] [[tokens: ${words}]]`,
});

export async function publish(person: Person, graph: GraphDocument): Promise<string> {
  const { id } = await person.must<{ id: string }>('POST', '/workflows', { name: 'Flow', graph });
  await person.must('POST', `/workflows/${id}/publish`, {});
  return id;
}

/** Sends a message, and answers the turn that it starts. */
export async function send(socket: RoomSocket, text: string): Promise<string> {
  const id = socket.send(text);
  const { turnId } = await socket.next('accepted', (frame) => frame.id === id);
  return turnId ?? '';
}

export const began = (runs: RunFixture, runId: string, key: string): Promise<unknown> =>
  eventually(`${key} begins`, () =>
    runs.database.runEvent.findFirst({
      where: { runId, type: 'node.running', data: { path: ['nodeKey'], equals: key } },
    }),
  );

/** The run of a sub-workflow. */
export async function childOf(runs: RunFixture, parentRunId: string): Promise<string> {
  const { id } = await eventually('the sub-workflow runs', () =>
    runs.database.run.findFirst({ where: { parentRunId } }),
  );
  return id;
}
