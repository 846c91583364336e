import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { newPerson, type Person } from '../../support/people';
import { guideExamples, readGuide, shellBlocks, withIds } from '../../support/workflow-guide';

let app: TestApp;
let ada: Person;
let room: string;
/** `$TEACHER`, `$STUDENT` and `$CHILD` of the page. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  app = await startTestApp();
  ada = await newPerson(app.apiUrl, 'Ada');
  const idOf = async (route: string, body: object): Promise<string> =>
    (await ada.must<{ id: string }>('POST', route, body)).id;
  ids.TEACHER = await idOf('/agents', { name: 'Teacher', definition: 'teacher' });
  ids.STUDENT = await idOf('/agents', { name: 'Student', definition: 'student' });
  room = await idOf('/rooms', { name: 'Questions' });
});

afterAll(() => app.stop());

interface Validation {
  problems: unknown[];
}
interface RunView {
  status: string;
  output: unknown;
  error: unknown;
}

const ended = ({ status }: RunView): boolean => ['completed', 'failed', 'cancelled'].includes(status);

/** What a page shows: `"…"` is any text. */
const asDocumented = (output: unknown): unknown =>
  JSON.parse(JSON.stringify(output), (_, value: unknown) =>
    value === '…' ? (expect.stringMatching(/\S/) as unknown) : value,
  );

describe('every example of docs/workflows.md runs as shown', () => {
  test.each(guideExamples())('$title', async ({ title, graph, payload, decision, output }) => {
    const { id } = await ada.must<{ id: string }>('POST', '/workflows', {
      name: title,
      graph: withIds(graph, ids),
    });
    const { problems } = await ada.must<Validation>('POST', `/workflows/${id}/validate`);
    expect(problems).toEqual([]);
    await ada.must('POST', `/workflows/${id}/publish`);
    if (title === 'transform') ids.CHILD = id;

    const { runId } = await ada.must<{ runId: string }>('POST', `/workflows/${id}/execute`, {
      payload,
      roomId: room,
    });
    if (decision) {
      const list = `/approvals?runId=${runId}&status=pending`;
      const approval = await eventually('an approval', async () => {
        const { items } = await ada.must<{ items: { id: string }[] }>('GET', list);
        return items[0];
      });
      await ada.must('POST', `/approvals/${approval.id}/decide`, decision);
    }
    const run = await eventually(
      `${title} ends`,
      async () => {
        const view = await ada.must<RunView>('GET', `/runs/${runId}`);
        return ended(view) && view;
      },
      60,
    );
    expect(run).toMatchObject({ status: 'completed', error: null });
    expect(run.output).toEqual(asDocumented(output));
  });
});

/** What a page gives a second or two is waited for, and need not be read within one. */
const patience = String.raw`
until_said() {
  for attempt in $(seq 300); do
    command curl -s "$API/$1" -H "$AUTH" | grep -q "$2" && break
    command sleep 0.2
  done
}
curl() {
  case "$*" in *--max-time*)
    until_said "approvals?runId=$RUN" '"id"'
    set -- "$@" --max-time 6
  esac
  command curl "$@"
}
sleep() {
  if [ -n "$FORK" ]; then until_said "runs/$FORK" '"status":"waiting"'
  else until_said "runs/$RUN" '"status":"completed"'; fi
}
`;

test('what the pages say to paste into a shell works, one block after the other', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'coagent-guide-'));
  const example = guideExamples().find(({ title }) => title === 'transform');
  await writeFile(path.join(folder, 'graph.json'), JSON.stringify(example?.graph));
  const script = [
    patience,
    ...shellBlocks(readGuide('workflows.md')),
    `try graph.json '{"price": 2, "count": 4}'`,
    ...shellBlocks(readGuide('runs.md')),
  ].join('\n');
  const { stdout, stderr } = await promisify(execFile)(
    'bash',
    ['-c', script.replaceAll('http://localhost:3000', app.apiUrl)],
    { cwd: folder },
  );
  expect(stderr).toBe('');
  expect(stdout).toContain('"valid":true,"problems":[]');
  expect(stdout).toContain('event: approval.requested');
  expect(stdout).toMatch(/"status":"completed".*"output":\{"send":\{"text":".*","posted":true\}\}/);
  expect(stdout).toContain('"output":{"bill":{"many":true,"total":8}}');
  expect(stdout).toMatch(/"key":"start".*"reused":true.*"key":"draft".*"reused":false/);
  expect(stdout).not.toMatch(/undefined|urn:coagent:problem/);
});
