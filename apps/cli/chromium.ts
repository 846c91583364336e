import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../infra/config/read-environment';
import { installDebianPackage } from '../../infra/stack/debian-package';
import type { Progress } from '../../infra/stack/embedded-server';
import { findExecutable } from '../../infra/stack/find-executable';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge',
];

const macApps = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);

/** Where `npx playwright install chromium` puts it; the newest last. */
function playwrightFolders(): string[] {
  const cache = join(homedir(), '.cache', 'ms-playwright');
  if (!existsSync(cache)) return [];
  const versions = readdirSync(cache).filter((name) => /^chromium-\d+$/.test(name));
  return versions
    .flatMap((name) => [join(cache, name, 'chrome-linux64'), join(cache, name, 'chrome-linux')])
    .reverse();
}

/** The browser for the tests of the page: CHROMIUM_PATH, else one that is installed. */
export function findChromium(environment: Environment): string | undefined {
  if (environment.CHROMIUM_PATH !== undefined) return environment.CHROMIUM_PATH;
  return (
    findExecutable(names, environment.PATH, playwrightFolders()) ??
    macApps.find((application) => existsSync(application))
  );
}

export const chromiumHint =
  'Install Chromium or Chrome (`apt install chromium`, or `npx playwright install --with-deps chromium`), or set CHROMIUM_PATH.';

/** Finds the browser, or installs Debian's package where that is possible; undefined when there is no way to one. */
export async function obtainChromium(
  environment: Environment,
  progress: Progress,
): Promise<string | undefined> {
  const found = findChromium(environment);
  if (found !== undefined) return found;
  await installDebianPackage('chromium', environment, progress);
  return findChromium(environment);
}
