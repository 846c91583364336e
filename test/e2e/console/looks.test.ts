import type { Browser, Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { allMessages, newPerson, newRoom, type Person, type RoomSetup } from '../../support/people';
import { launchBrowser, messageField, openRoom, pageUrl, say } from './browser';

let app: TestApp;
let browser: Browser;
let ada: Person;
let room: RoomSetup;

beforeAll(async () => {
  [app, browser] = await Promise.all([startTestApp(), launchBrowser()]);
  ada = await newPerson(app.apiUrl, 'Ada');
  room = await newRoom(ada, { agents: { Tess: 'You are a patient teacher.' }, name: 'Looks' });
  await ada.must('POST', `/rooms/${room.id}/messages`, { text: 'Hello, @Tess! [[reply: Hello, Ada.]]' });
  await eventually('the answer', async () => (await allMessages(ada, room.id)).length === 2);
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

const narrow = { viewport: { width: 390, height: 844 } };
const background = (page: Page): Promise<string> =>
  page.evaluate<string>(`getComputedStyle(document.documentElement).backgroundColor`);

test('it follows the system’s colours, and a choice of one’s own that is remembered', async () => {
  const [light, dark] = await Promise.all(
    (['light', 'dark'] as const).map((colorScheme) =>
      openRoom(browser, app.apiUrl, ada, room.id, { colorScheme }),
    ),
  );
  if (!light || !dark) throw new Error('no pages');
  expect(await background(light.page)).not.toBe(await background(dark.page));
  const [bright, dim] = await Promise.all([light.page.screenshot(), dark.page.screenshot()]);
  expect(bright.equals(dim)).toBe(false);

  const button = light.page.getByRole('button', { name: /^Colours/ });
  await button.click();
  await button.click();
  expect(await button.getAttribute('aria-label')).toContain('dark');
  await light.page.reload();
  await messageField(light.page).waitFor();
  expect(await background(light.page)).toBe(await background(dark.page));
});

test('on a telephone nothing is cut off, and rooms and members are a tap away', async () => {
  const { page } = await openRoom(browser, app.apiUrl, ada, room.id, narrow);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
  const right = await page.getByRole('button', { name: 'Send' }).boundingBox();
  expect((right?.x ?? 0) + (right?.width ?? 0)).toBeLessThanOrEqual(390);
  await page.getByRole('button', { name: 'Rooms' }).click();
  await page.getByRole('dialog', { name: 'Rooms' }).getByRole('link', { name: 'Looks' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Members and settings' }).click();
  await page.getByRole('dialog', { name: 'Members' }).getByText('Tess').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.evaluate<string>('document.activeElement.getAttribute("aria-label")')).toBe(
    'Members and settings',
  );
});

test('landmarks, one main heading, names for all controls, targets of 24 pixels', async () => {
  const { page } = await openRoom(browser, app.apiUrl, ada, room.id);
  await page.getByRole('complementary', { name: 'Members and settings' }).getByText('Tess').waitFor();
  for (const landmark of ['main', 'navigation', 'complementary'] as const) {
    expect(await page.getByRole(landmark).count()).toBe(1);
  }
  expect(await page.getByRole('heading', { level: 1 }).allInnerTexts()).toEqual(['Looks']);
  const controls = await page.evaluate<{ name: string; html: string; width: number; height: number }[]>(`
    [...document.querySelectorAll('button, a[href], input, select, textarea')].map((element) => {
      const { width, height } = element.getBoundingClientRect();
      const label = element.labels?.[0]?.innerText;
      const name = element.getAttribute('aria-label') ?? label ?? element.textContent.trim();
      return { name, html: element.outerHTML.slice(0, 80), width, height };
    })`);
  expect(controls.length).toBeGreaterThan(10);
  expect(controls.filter(({ name }) => name === '')).toEqual([]);
  expect(controls.filter(({ width, height }) => width < 24 || height < 24)).toEqual([]);
});

test('new messages are announced once, when they are complete', async () => {
  const { page } = await openRoom(browser, app.apiUrl, ada, room.id);
  const announcements = page.getByRole('log', { name: 'New messages' });
  expect(await announcements.innerText()).toBe('');
  await say(page, '@Tess [[fault: token-delay ms=150]] [[tokens: 100]]');
  await page.getByText('w3').waitFor();
  expect(await announcements.innerText()).toBe('');
  await announcements.getByText(/Tess: w1 .*w100/).waitFor();
  expect(await announcements.locator('p').count()).toBe(1);
});

test('the way to the Temporal UI is there when the server knows it', async () => {
  const { page } = await openRoom(browser, app.apiUrl, ada, room.id);
  const config = (await (await page.request.get(`${pageUrl(app.apiUrl)}/console-config.json`)).json()) as {
    temporalUi: string | null;
  };
  const link = page.getByRole('link', { name: 'Temporal UI' });
  await eventually('as it knows', async () => (await link.count()) === (config.temporalUi === null ? 0 : 1));
  const other = await app.startApi({ TEMPORAL_UI_URL: 'http://temporal.example:8080/' });
  const { page: linked } = await openRoom(browser, String(other.hello.listening), ada, room.id);
  expect(await linked.getByRole('link', { name: 'Temporal UI' }).getAttribute('href')).toBe(
    `http://temporal.example:8080/namespaces/default/workflows/room:${room.id}`,
  );
});
