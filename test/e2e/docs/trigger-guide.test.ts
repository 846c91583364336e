import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTestApp, type TestApp } from '../../support/app';
import { readGuide, shellBlocks } from '../../support/workflow-guide';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

test('what docs/triggers.md says to paste into a shell works, one block after the other', async () => {
  const script = shellBlocks(readGuide('triggers.md')).join('\n');
  const { stdout, stderr } = await promisify(execFile)(
    'bash',
    ['-c', script.replaceAll('http://localhost:3000', app.apiUrl)],
    { cwd: await mkdtemp(path.join(tmpdir(), 'coagent-guide-')) },
  );
  expect(stderr).toBe('');
  // The dry run of the silence, by day.
  expect(stdout).toMatch(/"wouldFire":true/);
  // The next five mornings, none of them on a weekend.
  const mornings = [...stdout.matchAll(/'(\d{4}-\d\d-\d\dT0[78]:00:00\.000Z)'/g)].map(
    ([, time = '']) => time,
  );
  expect(mornings).toHaveLength(5);
  expect(mornings.map((time) => new Date(time).getUTCDay()).filter((day) => day === 0 || day === 6)).toEqual(
    [],
  );
  // The webhook, and the same again: one run, one answer.
  const answers = [...stdout.matchAll(/^\{"eventId":.*"decision":"fired".*$/gm)].map(
    ([line]) => JSON.parse(line) as { runId: string; status: string },
  );
  expect(answers.map(({ status }) => status)).toEqual(['completed', 'completed']);
  expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
  // Tried out with the new secret, and not run.
  expect(stdout).toMatch(/"outcome":"accepted".*"test":true|"test":true.*"outcome":"accepted"/);
  expect(stdout).toMatch(/"eventType":"ping"/);
  expect(stdout).toMatch(/"secret":"whsec_/);
  expect(stdout).toMatch(/"status":"fired"/);
  expect(stdout).not.toMatch(/undefined|urn:coagent:problem/);
});
