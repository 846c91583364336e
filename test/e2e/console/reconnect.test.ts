import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { allMessages, newPerson, newRoom, type Person } from '../../support/people';
import { launchBrowser, messageField, messageList, openRoom, say, shownMessages, untilGone } from './browser';

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

test('the API is killed and comes back: nothing is lost or doubled, whatever was written meanwhile is sent', async () => {
  const room = await newRoom(ada, { people: [ben], agents: { Tess: 'You are a patient teacher.' } });
  const [ofAda, ofBen] = await Promise.all([
    openRoom(browser, app.apiUrl, ada, room.id),
    openRoom(browser, app.apiUrl, ben, room.id),
  ]);
  await say(ofAda.page, '@Tess [[fault: token-delay ms=150]] [[tokens: 20]]');
  await ofBen.page.getByText('w3').waitFor();

  await app.api.kill();
  await ofAda.page.getByText('Reconnecting…').waitFor();
  await say(ofAda.page, 'Written without a server 1');
  await say(ofAda.page, 'Written without a server 2');
  await say(ofBen.page, 'Ben too');
  await eventually('two wait', async () => (await ofAda.page.getByText('Sending…').count()) === 2);
  const { port } = new URL(app.apiUrl);
  await app.startApi({ PORT: port });

  await ofAda.page.getByText('Reconnecting…').waitFor({ state: 'detached', timeout: 60_000 });
  await eventually(
    'all of it, once, in order, for both',
    async () => {
      const stored = (await allMessages(ada, room.id)).map(({ text }) => text);
      const [first, second] = await Promise.all([shownMessages(ofAda.page), shownMessages(ofBen.page)]);
      return (
        ['Written without a server 1', 'Written without a server 2', 'Ben too'].every(
          (text) => stored.filter((each) => each === text).length === 1,
        ) &&
        stored.some((text) => /w1 .*w20/.test(text)) &&
        first.join('\n') === stored.join('\n') &&
        second.join('\n') === stored.join('\n')
      );
    },
    90,
  );
  const mine = (await shownMessages(ofAda.page)).filter((text) => text.startsWith('Written'));
  expect(mine).toEqual(['Written without a server 1', 'Written without a server 2']);
  await untilGone(ofAda.page, 'Sending…');
});

test('what was being written, and what was not sent yet, survives a closed page', async () => {
  const room = await newRoom(ada);
  const { page } = await openRoom(browser, app.apiUrl, ada, room.id);
  await page.context().setOffline(true);
  await say(page, 'Sent off without a network');
  await messageField(page).fill('Half a sen');
  await page.getByText('Sending…').waitFor();
  await page.context().setOffline(false);
  await page.reload();
  await messageList(page).getByText('Sent off without a network').waitFor();
  expect(await messageField(page).inputValue()).toBe('Half a sen');
  expect(await shownMessages(page)).toEqual(['Sent off without a network']);
});

test('a refused message is kept, with the reason, and can be sent again', async () => {
  const room = await newRoom(ada, {
    agents: { Tess: 'You are a patient teacher.' },
    turnPolicy: 'reject',
  });
  const { page } = await openRoom(browser, app.apiUrl, ada, room.id);
  await say(page, '@Tess [[fault: token-delay ms=150]] [[tokens: 100]]');
  await page.getByText('w2').waitFor();
  await say(page, 'Too early [[reply: Now.]]');
  const refused = page.getByRole('alert').filter({ hasText: 'Not sent' });
  await refused.waitFor();
  await messageList(page)
    .getByText(/w1 .*w100/)
    .waitFor();
  await eventually('taken', async () => {
    const again = refused.getByRole('button', { name: 'Send again' });
    if (await again.isVisible()) await again.click({ timeout: 5000 });
    return (await shownMessages(page)).some((text) => text.startsWith('Too early'));
  });
  await page.getByText('Now.', { exact: true }).waitFor();
  await refused.waitFor({ state: 'detached' });
  expect(await refused.count()).toBe(0);
});

test('a session that has ended elsewhere leads to the sign-in, and back without a loss', async () => {
  const cleo = await newPerson(app.apiUrl, 'Cleo');
  const room = await newRoom(cleo);
  const { page } = await openRoom(browser, app.apiUrl, cleo, room.id);
  await messageField(page).fill('Not finished yet');
  await cleo.must('POST', '/auth/logout-all', {});
  await page.getByRole('button', { name: 'Sign in' }).waitFor({ timeout: 60_000 });
  await page.getByLabel('Email').fill(cleo.email);
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.keyboard.press('Enter');
  await messageField(page).waitFor();
  expect(await messageField(page).inputValue()).toBe('Not finished yet');
});
