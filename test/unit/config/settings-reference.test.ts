import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { loadSettings } from '../../../infra/config/load-settings';
import { projectRoot } from '../../../infra/config/project-root';
import { settingsTable } from '../../../infra/config/settings';
import {
  composeVariables,
  renderEnvExample,
  renderSettingsReference,
} from '../../../infra/config/settings-reference';

const read = (path: string): string => readFileSync(join(projectRoot(), path), 'utf8');

describe('docs/settings.md', () => {
  it('is what the settings table says (npm run docs:settings)', () => {
    expect(read('docs/settings.md')).toBe(renderSettingsReference());
  });

  it.each(Object.entries(settingsTable))('has one row for %s', (name, { description }) => {
    const rows = renderSettingsReference()
      .split('\n')
      .filter((line) => line.startsWith(`| \`${name}\` `));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain(description);
  });

  it('tells which values a setting takes', () => {
    const rows = renderSettingsReference().split('\n');
    const row = (name: string): string | undefined => rows.find((line) => line.startsWith(`| \`${name}\` `));
    expect(row('PORT')).toContain('whole number from 0 to 65535');
    expect(row('TRUST_PROXY')).toContain('true or false');
    expect(row('WORKER_QUEUES')).toContain('any of control, models, tools, delivery');
    expect(row('DATABASE_URL')).toMatch(
      /URL that begins with postgresql:\/\/.*Secret\..*Required in production/,
    );
  });
});

describe('.env.example', () => {
  const uncommented = parse(read('.env.example').replaceAll(/^# (?=[A-Z0-9_]+=)/gm, ''));

  it('is what the settings table says (npm run docs:settings)', () => {
    expect(read('.env.example')).toBe(renderEnvExample());
  });

  it('sets nothing until a line is taken in', () => {
    expect(parse(read('.env.example'))).toEqual({});
  });

  it('names every setting and every variable of docker-compose.yml, each once', () => {
    expect(Object.keys(uncommented)).toEqual([
      ...Object.keys(settingsTable),
      ...Object.keys(composeVariables),
    ]);
  });

  it('shows the defaults', () => {
    expect(loadSettings(uncommented)).toEqual(loadSettings({}));
  });
});
