import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { eventually } from '../../support/eventually';
import { password, type Person } from '../../support/people';

/** The browser that `npm test` found (CHROMIUM_PATH), or Debian's. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });

/** The name under which browsers take secure cookies without TLS. */
export const pageUrl = (apiUrl: string): string => apiUrl.replace('//127.0.0.1', '//localhost');

/** A page in a browser profile of its own. What goes wrong in it is gathered in `faults`. */
export interface OpenPage {
  page: Page;
  /** Uncaught errors, and what the content policy refused. */
  faults: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (line) => {
    if (line.text().includes('Content Security Policy')) faults.push(line.text());
  });
  await page.goto(url);
  return { page, faults };
}

/** Somebody who is signed in and looks at a room. */
export async function openRoom(
  browser: Browser,
  apiUrl: string,
  person: Person,
  roomId: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const opened = await openPage(browser, `${pageUrl(apiUrl)}/rooms/${roomId}`, options);
  const { page } = opened;
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await messageField(page).waitFor();
  await page.getByRole('article').or(page.getByText('Nothing has been said here yet')).first().waitFor();
  return opened;
}

export const messageField = (page: Page) => page.getByRole('textbox', { name: 'Message' });

export async function say(page: Page, text: string): Promise<void> {
  await messageField(page).fill(text);
  await page.keyboard.press('Enter');
}

/** The list of stored messages. One's own on their way have another. */
export const messageList = (page: Page) => page.getByRole('region', { name: 'Messages', exact: true });

/** The stored messages as shown, by text, in order. */
export const shownMessages = (page: Page): Promise<string[]> =>
  messageList(page).locator('.message-text').allInnerTexts();

/** Waits until nothing on the page says so any more. */
export const untilGone = (page: Page, text: string) =>
  eventually(`no “${text}”`, async () => (await page.getByText(text).count()) === 0);

/**
 * Waits until something is focused, going on with Tab.
 * @param most 0: the focus gets there by itself, perhaps a little later.
 * @returns how often it was pressed.
 */
export async function tabTo(page: Page, selector: string, most = 40): Promise<number> {
  const isFocused = `document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`;
  const look = (): Promise<boolean> => page.evaluate<boolean>(isFocused);
  if (most === 0) await eventually(`${selector} is focused`, look);
  for (let times = 0; times <= most; times += 1) {
    if (await look()) return times;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${selector} is not reached with Tab`);
}
