import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { newPerson, newRoom, password } from '../../support/people';
import {
  launchBrowser,
  messageField,
  messageList,
  openPage,
  openRoom,
  pageUrl,
  shownMessages,
  tabTo,
} from './browser';

let app: TestApp;
let browser: Browser;

beforeAll(async () => {
  [app, browser] = await Promise.all([startTestApp(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

test('by keyboard alone: register, make a room, make an agent, add it, ask it, sign out', async () => {
  const { page, faults } = await openPage(browser, pageUrl(app.apiUrl));
  const { keyboard } = page;
  await page.getByLabel('Email').waitFor();

  await tabTo(page, '.link-button');
  await keyboard.press('Enter');
  await page.getByLabel('Name').waitFor();
  await tabTo(page, '[autocomplete=name]');
  await keyboard.type('Ada Lovelace');
  await keyboard.press('Tab');
  await keyboard.type(`ada-${randomUUID()}@example.org`);
  await keyboard.press('Tab');
  await keyboard.type('short');
  await keyboard.press('Enter');
  await page.getByText('Too small').or(page.getByText('at least')).or(page.getByText('>=')).first().waitFor();
  await tabTo(page, '[autocomplete=new-password]');
  await keyboard.press('Control+A');
  await keyboard.type(password);
  await keyboard.press('Enter');

  await page.getByRole('heading', { name: 'No rooms yet' }).waitFor();
  await tabTo(page, '[aria-label="New room"]');
  await keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'New room' }).waitFor();
  await keyboard.type('Rainbows');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Rainbows' }).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await tabTo(page, '.sidebar-link');
  await keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Agents' }).getByText('None yet.').waitFor();
  await tabTo(page, '.button-primary');
  await keyboard.press('Enter');
  await page.getByLabel('Begin with').waitFor();
  await tabTo(page, 'input[maxlength="100"]');
  await keyboard.type('Tess');
  await keyboard.press('Tab');
  await keyboard.type('You are a patient teacher.');
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await page.getByText('Default model · version 1').waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await tabTo(page, '.details-actions .button');
  await keyboard.press('Enter');
  await tabTo(page, '[type=radio]');
  await keyboard.press('ArrowDown');
  await page.getByRole('option', { name: 'Tess' }).waitFor({ state: 'attached' });
  await tabTo(page, '.button-primary');
  await keyboard.press('Enter');
  await page.getByRole('complementary').getByText('Tess').waitFor();

  await tabTo(page, '.skip-link');
  await keyboard.press('Enter');
  await tabTo(page, '#composer', 0);
  await keyboard.type('@te');
  const options = page.getByRole('listbox', { name: 'Members to mention' });
  await options.waitFor();
  await keyboard.press('Enter');
  expect(await messageField(page).inputValue()).toBe('@Tess ');
  await keyboard.type('[[reply: Seven colours.]]');
  await keyboard.press('Enter');
  await eventually('the answer', async () => (await shownMessages(page)).includes('Seven colours.'), 90);

  await tabTo(page, '.message');
  expect(await page.evaluate<string>('document.activeElement.innerText')).toContain('Seven colours.');
  await keyboard.press('ArrowUp');
  await keyboard.press('r');
  await page.getByText('Reply to Ada Lovelace').waitFor();
  await tabTo(page, '#composer', 0);
  await keyboard.type('My own question again');
  await keyboard.press('Enter');
  await messageList(page).getByText('My own question again').waitFor();
  expect(await messageList(page).locator('.quote').allInnerTexts()).toEqual([
    expect.stringMatching(/Ada Lovelace\s+@Tess/),
  ]);

  await tabTo(page, '[aria-label="Sign out"]');
  await keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(faults).toEqual([]);
});

test('a wrong password and an address that is none are explained', async () => {
  const { page } = await openPage(browser, pageUrl(app.apiUrl));
  await page.getByLabel('Email').fill('nobody@example.org');
  await page.getByLabel('Password').fill('wrong');
  await page.keyboard.press('Enter');
  await page
    .getByRole('alert')
    .getByText(/email|password/i)
    .waitFor();
  await page.getByLabel('Email').fill('nobody');
  await page.keyboard.press('Enter');
  await page.getByText('must be an email address').waitFor();
  expect(await page.getByLabel('Email').getAttribute('aria-invalid')).toBe('true');
});

test('Escape stops the agents, and closes what is nearer first', async () => {
  const ada = await newPerson(app.apiUrl, 'Ada');
  const room = await newRoom(ada, { agents: { Tess: 'You are a patient teacher.' } });
  const { page } = await openRoom(browser, app.apiUrl, ada, room.id);
  await messageField(page).fill('@Tess [[fault: token-delay ms=200]] [[tokens: 1000]]');
  await page.keyboard.press('Enter');
  await page.getByText('Tess is writing…').waitFor();
  await page.getByText('w2').waitFor();

  await page.keyboard.type('@T');
  await page.getByRole('listbox').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('listbox').waitFor({ state: 'detached' });
  expect(await page.getByText('Tess is writing…').count()).toBe(1);

  await page.keyboard.press('Escape');
  await messageList(page).getByText('Stopped by Ada.').waitFor();
  await page.getByText('Tess is writing…').waitFor({ state: 'detached' });
  expect(await messageField(page).inputValue()).toBe('@T');
});
