import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import type { Failure } from './routes-fixture';
import { published } from './workflows-fixture';

export interface PolicyBody {
  id: string;
  name: string;
  revision: number;
  enabled: boolean;
  secret?: string;
  schedule: { state: string; nextAt: string[] } | null;
  hook: { url: string; testUrl: string; secrets: { id: string; expiresAt: string | null }[] } | null;
  [field: string]: unknown;
}

/** An API, and a teacher with a published workflow for the policies to run. */
export interface TriggersFixture {
  api: TestApi;
  ada: Person;
  flow: string;
  create(person: Person, body: object): Promise<PolicyBody>;
  /** Of a request that is refused as invalid: path and code of everything that is wrong with it. */
  errorsOf(method: string, path: string, body: object): Promise<string[]>;
  /** What was done to a policy, in order. */
  auditsOf(policyId: string): Promise<string[]>;
}

export async function openTriggersFixture(): Promise<TriggersFixture> {
  const api = await startTestApi();
  const ada = await newPerson(api.url, 'Ada');
  const flow = await published(ada);
  return {
    ...{ api, ada, flow },
    create: (person, body) =>
      person.must<PolicyBody>('POST', '/triggers', { name: 'Rule', workflowId: flow, ...body }),
    async errorsOf(method, path, body) {
      const reply = await ada.call<Failure>(method, path, body);
      expect([reply.status, reply.body.code]).toEqual([422, 'invalid_request']);
      return (reply.body.errors ?? []).map((error) => `${error.path} ${error.code}`).sort();
    },
    async auditsOf(targetId) {
      const rows = await api.database.auditEvent.findMany({ where: { targetId }, orderBy: { id: 'asc' } });
      return rows.map(({ action }) => action);
    },
  };
}
