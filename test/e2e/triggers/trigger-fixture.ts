import { startTestApp, type TestApp, type TestAppOptions } from '../../support/app';
import { eventually } from '../../support/eventually';
import { newPerson, type Person } from '../../support/people';

export interface FiringBody {
  id: string;
  status: 'fired' | 'queued' | 'skipped';
  reason: string | null;
  count: number;
  runId: string | null;
  event: Record<string, unknown>;
}

interface Page<T> {
  items: T[];
}

interface RunBody {
  id: string;
  status: string;
  output: Record<string, unknown> | null;
}

/** The product, somebody in it, and what they need to try policies. */
export interface TriggerFixture {
  readonly app: TestApp;
  readonly ada: Person;
  /** A workflow of one `transform` node. @param output CEL by name; default: the run's input and how many events it answers. */
  workflow(output?: Record<string, string>): Promise<string>;
  policy(policy: object): Promise<string>;
  firings(policyId: string): Promise<FiringBody[]>;
  /** Waits for so many firings that ran, oldest first, and for their runs. */
  fired(policyId: string, count: number, seconds?: number): Promise<(FiringBody & { run: RunBody })[]>;
  /** Waits for a skip. */
  skipped(policyId: string, reason: string): Promise<FiringBody>;
  stop(): Promise<void>;
}

const at = { x: 0, y: 0 };

export async function openTriggerFixture(options: TestAppOptions = {}): Promise<TriggerFixture> {
  const app = await startTestApp(options);
  const ada = await newPerson(app.apiUrl, 'Ada');

  const firings = async (policyId: string): Promise<FiringBody[]> =>
    (await ada.must<Page<FiringBody>>('GET', `/triggers/${policyId}/firings?limit=200`)).items;

  return {
    ...{ app, ada, firings },
    async workflow(output = { input: 'input', count: 'trigger.count' }) {
      const { id } = await ada.must<{ id: string }>('POST', '/workflows', {
        name: 'Note what came',
        graph: {
          schemaVersion: 1,
          nodes: [
            { id: 'start', type: 'trigger', position: at, data: { output: { noted: 'nodes.note' } } },
            { id: 'note', type: 'transform', position: at, data: { output } },
          ],
          edges: [{ id: 'e1', source: 'start', target: 'note' }],
        },
      });
      await ada.must('POST', `/workflows/${id}/publish`);
      return id;
    },
    async policy(policy) {
      const { id } = await ada.must<{ id: string }>('POST', '/triggers', { name: 'Policy', ...policy });
      return id;
    },
    async fired(policyId, count, seconds = 60) {
      const found = await eventually(
        `${String(count)} firings`,
        async () => {
          const fired = (await firings(policyId)).filter(({ status }) => status === 'fired');
          return fired.length >= count && fired.reverse();
        },
        seconds,
      );
      return Promise.all(
        found.map(async (firing) => ({
          ...firing,
          run: await eventually('its run ends', async () => {
            const run = await ada.must<RunBody>('GET', `/runs/${firing.runId ?? ''}`);
            return run.status === 'completed' && run;
          }),
        })),
      );
    },
    skipped: (policyId, reason) =>
      eventually(
        `a skip for ${reason}`,
        async () => (await firings(policyId)).find((firing) => firing.reason === reason),
        90,
      ),
    stop: () => app.stop(),
  };
}
