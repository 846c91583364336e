import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { allMessages, newPerson, newRoom, type Person } from '../../support/people';
import {
  launchBrowser,
  messageField,
  messageList,
  openRoom,
  pageUrl,
  say,
  shownMessages,
  untilGone,
} from './browser';

let app: TestApp;
let browser: Browser;
let ada: Person;
let ben: Person;

beforeAll(async () => {
  [app, browser] = await Promise.all([startTestApp(), launchBrowser()]);
  [ada, ben] = await Promise.all([newPerson(app.apiUrl, 'Ada'), newPerson(app.apiUrl, 'Ben')]);
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

test('two browsers show the same messages in the same order, while both write and an agent answers', async () => {
  const room = await newRoom(ada, { people: [ben], agents: { Tess: 'You are a patient teacher.' } });
  const [ofAda, ofBen] = await Promise.all([
    openRoom(browser, app.apiUrl, ada, room.id),
    openRoom(browser, app.apiUrl, ben, room.id),
  ]);
  for (let index = 0; index < 5; index += 1) {
    await Promise.all([
      say(ofAda.page, `Ada says ${String(index)} [[reply: One more.]]`),
      say(ofBen.page, `Ben says ${String(index)}`),
    ]);
  }
  await eventually(
    'everything stored is shown, in order, to both',
    async () => {
      const stored = (await allMessages(ada, room.id)).map(({ text }) => text);
      const [first, second] = await Promise.all([shownMessages(ofAda.page), shownMessages(ofBen.page)]);
      return (
        stored.length >= 15 &&
        first.join('\n') === stored.join('\n') &&
        second.join('\n') === stored.join('\n')
      );
    },
    90,
  );
  await untilGone(ofAda.page, 'Sending…');
  expect([...ofAda.faults, ...ofBen.faults]).toEqual([]);
});

test('an answer is seen word by word by everybody, and then as one message', async () => {
  const room = await newRoom(ada, { people: [ben], agents: { Tess: 'You are a patient teacher.' } });
  const [ofAda, ofBen] = await Promise.all([
    openRoom(browser, app.apiUrl, ada, room.id),
    openRoom(browser, app.apiUrl, ben, room.id),
  ]);
  await say(ofAda.page, '@Tess [[fault: token-delay ms=150]] [[tokens: 100]]');
  const writing = ofBen.page.getByRole('article', { name: 'Tess is writing' }).locator('.message-text');
  const lengths = new Set<number>();
  await eventually('a growing text', async () => {
    if (await writing.isVisible()) lengths.add((await writing.innerText()).length);
    return lengths.size >= 4;
  });
  const whole = /w1 w2 .*w100/;
  for (const { page } of [ofAda, ofBen]) await messageList(page).getByText(whole).waitFor();
  await writing.waitFor({ state: 'detached' });
  expect((await shownMessages(ofAda.page)).filter((text) => whole.test(text))).toHaveLength(1);
});

test('who arrives while an answer is being written sees all of it', async () => {
  const room = await newRoom(ada, { people: [ben], agents: { Tess: 'You are a patient teacher.' } });
  const elsewhere = await newRoom(ben);
  const [ofAda, ofBen] = await Promise.all([
    openRoom(browser, app.apiUrl, ada, room.id),
    openRoom(browser, app.apiUrl, ben, elsewhere.id),
  ]);
  await say(ofAda.page, '@Tess [[fault: token-delay ms=150]] [[tokens: 150]]');
  await ofAda.page.getByText('w5').waitFor();
  await ofBen.page.goto(`${pageUrl(app.apiUrl)}/rooms/${room.id}`);
  const writing = ofBen.page.getByRole('article', { name: 'Tess is writing' });
  await writing.getByText(/^w1 w2 w3/).waitFor();
  await messageList(ofBen.page)
    .getByText(/w1 w2 .*w150/)
    .waitFor({ timeout: 90_000 });
  await writing.waitFor({ state: 'detached' });
  expect(await shownMessages(ofBen.page)).toHaveLength(2);
});

test('typing, presence and read markers of others are shown', async () => {
  const room = await newRoom(ada, { people: [ben] });
  const { page } = await openRoom(browser, app.apiUrl, ada, room.id);
  const member = page.getByRole('complementary').getByRole('listitem').filter({ hasText: 'Ben' });
  await member.getByText('offline').waitFor({ state: 'attached' });
  const ofBen = await openRoom(browser, app.apiUrl, ben, room.id);
  await member.getByText('online').waitFor({ state: 'attached' });

  await messageField(ofBen.page).pressSequentially('I think');
  await page.getByText('Ben is typing…').waitFor();
  await ofBen.page.keyboard.press('Enter');
  await messageList(page).getByText('I think').waitFor();
  await page.getByText('Ben is typing…').waitFor({ state: 'detached' });
  await say(page, 'So do I');
  await page.getByText('Seen by Ben').waitFor();

  await ofBen.page.context().close();
  await member.getByText('offline').waitFor({ state: 'attached' });
  const others = page.getByText(/ · 1 online$/);
  await others.waitFor();
  expect(await others.count()).toBe(1);
});

test('unread messages are counted, and marked where they begin', async () => {
  const room = await newRoom(ada, { people: [ben], name: 'Counted' });
  const elsewhere = await newRoom(ada, { people: [ben], name: 'Elsewhere' });
  const { page } = await openRoom(browser, app.apiUrl, ben, elsewhere.id);
  await page.getByLabel('Workspace').selectOption({ label: 'Ada’s workspace' });
  const link = page.getByRole('link', { name: 'Counted' });
  await link.waitFor();
  for (const text of ['one', 'two', 'three']) await ada.must('POST', `/rooms/${room.id}/messages`, { text });
  await page.getByRole('link', { name: 'Counted 3 unread' }).waitFor();
  await link.click();
  const firstNew = page.getByRole('listitem').filter({ has: page.getByText('New', { exact: true }) });
  await firstNew.getByText('one').waitFor();
  await page.getByRole('link', { name: 'Counted', exact: true }).waitFor();
  const marker = await eventually('Ben’s marker at the newest', async () => {
    const { items } = await ada.must<{ items: { userId: string; seq: number }[] }>(
      'GET',
      `/rooms/${room.id}/read`,
    );
    return items.find(({ userId, seq }) => userId === ben.id && seq >= 3);
  });
  expect(marker.seq).toBe(3);
});

test('what is written is shown as text, whatever it looks like', async () => {
  const room = await newRoom(ada);
  const { page, faults } = await openRoom(browser, app.apiUrl, ada, room.id);
  const text = '<img src=x onerror=alert(1)> **not bold** https://example.org/a. javascript:alert(1)';
  await say(page, text);
  const messages = messageList(page);
  await messages.getByText('<img src=x').waitFor();
  expect(await shownMessages(page)).toEqual([text]);
  expect(await messages.getByRole('link').evaluateAll((links) => links.map(String))).toEqual([
    'https://example.org/a',
  ]);
  expect(faults).toEqual([]);
});

test('a removed member is told and led away; so is everybody when the room is deleted', async () => {
  const room = await newRoom(ada, { people: [ben], name: 'To be deleted' });
  const [ofAda, ofBen] = await Promise.all([
    openRoom(browser, app.apiUrl, ada, room.id),
    openRoom(browser, app.apiUrl, ben, room.id),
  ]);
  await ofAda.page.getByRole('button', { name: 'Remove Ben' }).click();
  await ofAda.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await ofBen.page.getByText('This room is closed to you').waitFor();
  await ofAda.page.getByRole('complementary').getByText('Ben').waitFor({ state: 'detached' });
  await ofAda.page.getByRole('button', { name: 'Delete room' }).click();
  await ofAda.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await ofAda.page.getByRole('link', { name: 'To be deleted' }).waitFor({ state: 'detached' });
  await ofAda.page.waitForURL(({ pathname }) => !pathname.includes(room.id));
  expect(new URL(ofAda.page.url()).pathname).not.toContain(room.id);
});
