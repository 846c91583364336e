import { roomWorkflowId } from '../../../workflows/contracts/room';
import { eventually } from '../../support/eventually';
import { newPerson, newRoom } from '../../support/people';
import { newPolicyOwner, noting, type PolicyOwner } from './policies';
import { publish, type Recording, type Stage } from './stage';

/** What a room of somebody with policies goes through before its history is kept. */
type Scenario = (roomId: string, policies: PolicyOwner, stage: Stage) => Promise<void>;

const teacher = { Ada: 'You are a patient teacher.' };
const ofMessages = { eventType: 'user_message', debounceSeconds: 0 };

/** Waits until the room rests after so many turns. */
const finished = (roomId: string, turns: number, { runs }: Stage): Promise<true> =>
  eventually(`${turns} turns`, async () => {
    const where = { roomId, parentRunId: null, endedAt: { not: null }, triggerType: 'message' };
    return (await runs.database.run.count({ where })) >= turns;
  });

const inRooms: Record<string, { agents?: Record<string, string>; play: Scenario }> = {
  /** By a policy, by the agents, by the attached workflow, by a policy again. */
  'policy-takes-messages': {
    agents: teacher,
    play: async (roomId, { owner, policy, say, fired, skipped }, stage) => {
      const conditions = { contains: ['refund'] };
      const policyId = await policy({ ...ofMessages, scope: { roomId }, conditions });
      await say(roomId, 'A refund, please', 'hello');
      await finished(roomId, 1, stage);
      await owner.must('PUT', `/rooms/${roomId}/workflow`, { workflowId: await publish(owner, noting) });
      await say(roomId, 'hello again');
      await finished(roomId, 2, stage);
      await say(roomId, 'Where is my refund?');
      await fired(policyId, 2);
      await skipped(policyId, 'conditions_not_met');
    },
  },
  'policies-change': {
    agents: teacher,
    play: async (roomId, { owner, policy, say, fired }, stage) => {
      await say(roomId, 'before there are policies');
      await finished(roomId, 1, stage);
      const policyId = await policy({ ...ofMessages, scope: { roomId } });
      await say(roomId, 'taken');
      await fired(policyId);
      await owner.must('POST', `/triggers/${policyId}/disable`);
      await say(roomId, 'for the agents again');
      await finished(roomId, 2, stage);
    },
  },
  'burst-trailing': {
    play: async (roomId, { policy, say, fired }) => {
      const policyId = await policy({ ...ofMessages, scope: { roomId }, debounceSeconds: 1 });
      await say(roomId, 'one', 'two', 'three');
      await fired(policyId);
    },
  },
  'burst-leading': {
    play: async (roomId, { policy, say, fired, skipped }) => {
      const debounce = { debounceSeconds: 1, debounceMode: 'leading' };
      const policyId = await policy({ ...ofMessages, ...debounce, scope: { roomId } });
      await say(roomId, 'one', 'two', 'three');
      await skipped(policyId, 'debounced');
      // The burst is over.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await say(roomId, 'four');
      await fired(policyId, 2);
    },
  },
  'member-joined': {
    play: async (roomId, { owner, policy, fired }, { apiUrl }) => {
      const policyId = await policy({ eventType: 'member_joined', scope: { roomId }, debounceSeconds: 0 });
      const { email } = await newPerson(apiUrl, 'Bob');
      await owner.must('POST', `/rooms/${roomId}/members`, { email });
      await fired(policyId);
    },
  },
  cooldown: {
    agents: teacher,
    play: async (roomId, { policy, say, fired, skipped }, stage) => {
      const policyId = await policy({ ...ofMessages, scope: { roomId }, cooldownSeconds: 3600 });
      await say(roomId, 'first');
      await fired(policyId);
      await say(roomId, 'second');
      await skipped(policyId, 'cooldown');
      await finished(roomId, 1, stage);
    },
  },
};

/** Rooms whose policies decide. */
export const roomPolicies: Record<string, Recording> = Object.fromEntries(
  Object.entries(inRooms).map(([name, { agents = {}, play }]) => [
    name,
    async (stage: Stage): Promise<string[]> => {
      const policies = await newPolicyOwner(stage);
      const { id } = await newRoom(policies.owner, { agents });
      await play(id, policies, stage);
      return [roomWorkflowId(id)];
    },
  ]),
);
