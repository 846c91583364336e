import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { newPerson, newRoom, type Person } from '../../support/people';
import { launchBrowser, messageList, openRoom, say, shownMessages, tabTo } from './browser';

let app: TestApp;
let browser: Browser;
let ada: Person;
let ben: Person;

beforeAll(async () => {
  [app, browser] = await Promise.all([
    startTestApp({ env: { TEMPORAL_UI_URL: 'http://temporal.example' } }),
    launchBrowser(),
  ]);
  [ada, ben] = await Promise.all([newPerson(app.apiUrl, 'Ada'), newPerson(app.apiUrl, 'Ben')]);
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

const position = { x: 0, y: 0 };
const everybody = { roles: ['room_member'] };

/** A message is answered by what people decide. @param asks what the question adds to its title. */
const askFirst = (asks: object) => ({
  schemaVersion: 1,
  nodes: [
    { id: 'start', type: 'trigger', position, data: {} },
    { id: 'ask', type: 'human_input', position, data: { title: 'Post “{{ input.text }}”?', ...asks } },
    { id: 'post', type: 'message', position, data: { text: 'Posted: {{ input.text }}' } },
    { id: 'drop', type: 'transform', position, data: { output: { posted: 'false' } } },
  ],
  edges: [
    { id: 'e1', source: 'start', target: 'ask' },
    { id: 'e2', source: 'ask', sourceHandle: 'approve', target: 'post' },
    { id: 'e3', source: 'ask', sourceHandle: 'reject', target: 'drop' },
  ],
});

/** A room of Ada and Ben in which every message runs the workflow. */
async function roomThatAsks(asks: object): Promise<string> {
  const room = await newRoom(ada, { people: [ben] });
  const workflow = await ada.must<{ id: string }>('POST', '/workflows', {
    name: 'Ask first',
    graph: askFirst(asks),
  });
  await ada.must('POST', `/workflows/${workflow.id}/publish`);
  await ada.must('PUT', `/rooms/${room.id}/workflow`, { workflowId: workflow.id });
  return room.id;
}

test('by keyboard alone: one person decides, the run goes on, and another page sees it', async () => {
  const roomId = await roomThatAsks({
    description: 'It will be seen by **everybody**.',
    assignees: everybody,
    schema: {
      type: 'object',
      required: ['mark'],
      properties: {
        mark: { type: 'integer', title: 'Mark', minimum: 1, maximum: 6 },
        tone: { enum: ['warm', 'cool'], title: 'Tone' },
      },
    },
  });
  const [ofAda, ofBen] = await Promise.all([
    openRoom(browser, app.apiUrl, ada, roomId),
    openRoom(browser, app.apiUrl, ben, roomId),
  ]);
  const { page } = ofAda;
  await page.getByText('Workflow: Ask first').waitFor();
  await say(page, 'Hello');

  const question = page.getByRole('form', { name: 'Post “Hello”?' });
  const sameOfBen = ofBen.page.getByRole('form', { name: 'Post “Hello”?' });
  await Promise.all([question.waitFor(), sameOfBen.waitFor()]);
  await question.getByText('It will be seen by everybody.').waitFor();
  await page.getByRole('log').getByText('You are asked to decide: Post “Hello”?').waitFor();
  await tabTo(page, '#composer', 0);
  const runs = await ada.must<{ items: { id: string }[] }>('GET', `/runs?roomId=${roomId}`);
  expect(await page.getByRole('link', { name: 'Look into the run' }).getAttribute('href')).toBe(
    `http://temporal.example/namespaces/default/workflows/run:${runs.items[0]?.id ?? ''}`,
  );

  const { keyboard } = page;
  await tabTo(page, '.skip-link');
  await tabTo(page, '.approval .button-primary');
  await keyboard.press('Enter');
  await question.getByText('Fill in a number.').waitFor();
  await question.locator('[type=number]:focus').waitFor();
  await keyboard.type('9');
  await tabTo(page, '.approval .button-primary');
  await keyboard.press('Enter');
  await question.getByText(/<= 6|at most 6|maximum/i).waitFor();
  await question.locator('[type=number]:focus').waitFor();
  await keyboard.press('Control+A');
  await keyboard.type('2');
  await keyboard.press('Escape');
  await tabTo(page, '#composer', 0);
  await keyboard.press('Shift+Tab');
  await keyboard.press('Shift+Tab');
  await tabTo(page, '.approval .button-primary', 0);
  await keyboard.press('Enter');

  await Promise.all([question.waitFor({ state: 'detached' }), sameOfBen.waitFor({ state: 'detached' })]);
  await Promise.all([
    messageList(page).getByText('Posted: Hello').waitFor(),
    messageList(ofBen.page).getByText('Posted: Hello').waitFor(),
    messageList(page).getByText('You chose “Approve”: Post “Hello”?').waitFor(),
    messageList(ofBen.page).getByText('Ada chose “Approve”: Post “Hello”?').waitFor(),
  ]);
  await tabTo(page, '#composer', 0);
  expect([...ofAda.faults, ...ofBen.faults]).toEqual([]);
});

test('who is not asked sees what is awaited, also after loading the page again', async () => {
  const roomId = await roomThatAsks({ assignees: { roles: ['room_owner'] } });
  const { page } = await openRoom(browser, app.apiUrl, ben, roomId);
  await say(page, 'Please');
  const line = page.getByText('Waiting for a decision: Post “Please”?');
  await line.waitFor();
  await page.reload();
  await line.waitFor();
  expect(await page.getByRole('form').count()).toBe(0);
  await page.getByRole('button', { name: 'Stop' }).click();
  await line.waitFor({ state: 'detached' });
  await messageList(page).getByText('Stopped by Ben.').waitFor();
});

test('with two people needed, each is heard once and the form goes only with the last', async () => {
  const roomId = await roomThatAsks({ assignees: everybody, quorum: 2 });
  const { page } = await openRoom(browser, app.apiUrl, ada, roomId);
  await say(page, 'Both');
  const question = page.getByRole('form', { name: 'Post “Both”?' });
  await question.getByLabel('Comment').fill('Fine with me');
  await page.keyboard.press('Enter');
  await question.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Waiting for a decision: Post “Both”? · You chose “Approve”').waitFor();
  const { page: ofBen } = await openRoom(browser, app.apiUrl, ben, roomId);
  await ofBen.getByText('Ada: Approve – Fine with me').waitFor();
  await ofBen.getByRole('button', { name: 'Approve' }).click();
  await messageList(page).getByText('Posted: Both').waitFor();
  await page.getByText('Waiting for a decision').waitFor({ state: 'detached' });
  expect(await page.getByRole('form').count()).toBe(0);
});

test('who decides too late is told who was quicker', async () => {
  const roomId = await roomThatAsks({ assignees: everybody });
  const { page } = await openRoom(browser, app.apiUrl, ben, roomId);
  await say(page, 'Race');
  const question = page.getByRole('form', { name: 'Post “Race”?' });
  await question.waitFor();
  const decideRequest = '**/api/v1/approvals/*/decide';
  await page.route(decideRequest, async (route) => {
    const id = /approvals\/([^/]+)/.exec(route.request().url())?.[1] ?? '';
    await ada.must('POST', `/approvals/${id}/decide`, { action: 'reject' });
    await route.continue();
  });
  await question.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Ada was quicker and chose “reject”: Post “Race”?').waitFor();
  await question.waitFor({ state: 'detached' });
  await eventually('the end', async () => (await page.getByRole('button', { name: 'Stop' }).count()) === 0);
  expect(await shownMessages(page)).toEqual(['Race']);
});
