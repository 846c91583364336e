import { join } from 'node:path';
import type { Settings } from '../../infra/config/settings';
import type { Running } from './bring-up';

/** The name under which browsers accept secure cookies without TLS. */
const asLocalhost = (url: string): string => url.replace(/\/\/(127\.0\.0\.1|\[::1\])/, '//localhost');

/** The short table shown once everything is up. */
export function welcome(
  { stack, api, seeded }: Running,
  settings: Settings,
  dataDir: string,
  seconds: number,
): string {
  const page = settings.PUBLIC_URL ?? asLocalhost(api);
  const signIns = seeded.demo.map(({ email, password }) => `${email} / ${password}`);
  if (seeded.adminPassword !== undefined) signIns.push(`${settings.ADMIN_EMAIL} / the password above`);
  const ui = stack.environment.TEMPORAL_UI_URL;
  const rows: [string, string][] = [
    ['Page', page],
    ['API docs', `${page}/docs`],
    ...(ui === undefined ? [] : [['Temporal UI', asLocalhost(ui)] satisfies [string, string]]),
    ...signIns.map((line, index): [string, string] => [index === 0 ? 'Sign in' : '', line]),
    ['Data', dataDir],
    ['Logs', join(dataDir, 'logs')],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(13)}${value}`);
  return ['', `CoAgent is running (${seconds.toFixed(1)} s). Ctrl-C stops it.`, '', ...lines, ''].join('\n');
}
