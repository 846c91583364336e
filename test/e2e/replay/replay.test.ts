import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTestApp, type TestApp } from '../../support/app';
import { allMessages, newPerson, newRoom, password, type Person } from '../../support/people';
import { projectRoot } from '../../support/processes';

const run = promisify(execFile);

let app: TestApp;
let owner: Person;
let folder: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await newPerson(app.apiUrl, 'Owner');
  folder = mkdtempSync(path.join(tmpdir(), 'coagent-replay-'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await app.stop();
});

/** Runs `coagent replay` as a person would. */
async function replay(...args: string[]): Promise<string> {
  const cli = path.join(projectRoot, 'dist/apps/cli/main.js');
  const account = ['--api', app.apiUrl, '--email', owner.email, '--password', password];
  const { stdout } = await run(process.execPath, [cli, 'replay', ...args, ...account]);
  return stdout;
}

const log = `chat 2026-03-02 [10:00] <ann> hello
chat 2026-03-02 === cy [~cy@host] has joined #chat
chat 2026-03-02 [10:00] <cy> hi all
chat 2026-03-02 [10:00] <bob> Ada: what is a comet?
chat 2026-03-02 [10:01]  * bob waits
chat 2026-03-02 === bob is now known as rob|away
chat 2026-03-02 [10:01] <rob|away> still here
chat 2026-03-02 === cy has quit IRC (bye)
chat 2026-03-02 [10:02] <ann> ok
chat 2026-03-02 [10:02] <cy> back again
`;

test('a chat log: every line a message of its person, in order; members come, go and are renamed; agents answer', async () => {
  const room = await newRoom(owner, {
    name: 'Replayed',
    agents: { Ada: 'You are a patient teacher.' },
    agentReplies: 'mentioned',
  });
  const file = path.join(folder, 'chat.txt');
  writeFileSync(file, log);
  const report = await replay(file, '--room', 'Replayed', '--speed', '60');

  expect(report).toContain('10 of 10 lines');
  expect(report).toContain('that of the log');
  expect(report).toContain('all 5 saw the same');
  const messages = await allMessages(owner, room.id);
  const said = messages.filter(({ author }) => author.kind === 'user');
  expect(said.map(({ author, text }) => [author.name, text])).toEqual([
    ['ann', 'hello'],
    ['cy', '=== cy [~cy@host] has joined #chat'],
    ['cy', 'hi all'],
    ['bob', 'Ada: what is a comet?'],
    ['bob', '* bob waits'],
    ['rob|away', '=== bob is now known as rob|away'],
    ['rob|away', 'still here'],
    ['cy', '=== cy has quit IRC (bye)'],
    ['ann', 'ok'],
    ['cy', 'back again'],
  ]);
  expect(messages.filter(({ author }) => author.kind === 'agent').map(({ author }) => author.name)).toEqual([
    'Ada',
  ]);
  const { items } = await owner.must<{ items: { name: string }[] }>('GET', `/rooms/${room.id}/members`);
  expect(items.map(({ name }) => name).sort()).toEqual(['Ada', 'Owner', 'ann', 'cy', 'rob|away']);
});

test('without a file the sample conversation is played into a new room with the agents of the workspace', async () => {
  const report = await replay('--ask-every', '10');
  expect(report).toContain('30 of 30 lines');
  expect(report).toMatch(/Answers +[1-9]/);
});

test('a file that cannot be read, or an API that is not there, is explained', async () => {
  const file = path.join(folder, 'broken.jsonl');
  writeFileSync(file, '{"author":"Ann","text":"fine"}\n{"author":');
  await expect(replay(file)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Line 2 is not JSON'),
  });
  const nowhere = ['replay', '--api', 'http://127.0.0.1:1'];
  const cli = path.join(projectRoot, 'dist/apps/cli/main.js');
  await expect(run(process.execPath, [cli, ...nowhere])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Nothing answers at'),
  });
});
