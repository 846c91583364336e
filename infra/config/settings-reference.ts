import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project-root';
import type { Setting } from './setting';
import { settingsTable } from './settings';

/** A variable of docker-compose.yml that the processes themselves do not read. */
interface ComposeVariable {
  /** undefined: it must be set. */
  readonly fallback?: string;
  readonly description: string;
}

export const composeVariables: Readonly<Record<string, ComposeVariable>> = {
  POSTGRES_PASSWORD: { description: 'Password of the Postgres superuser.' },
  COAGENT_DB_PASSWORD: {
    description: 'Password of CoAgent’s role in Postgres. It goes into a URL: use hex.',
  },
  TEMPORAL_DB_PASSWORD: { description: 'Password of Temporal’s role in Postgres.' },
  REDIS_PASSWORD: { description: 'Password of Redis. It goes into a URL: use hex.' },
  NEO4J_PASSWORD: { description: 'Password of the Neo4j user `neo4j`, at least eight characters.' },
  QDRANT_API_KEY: { description: 'API key of Qdrant.' },
  BIND_ADDRESS: {
    fallback: '127.0.0.1',
    description: 'Address of this machine at which the API and the Temporal UI are published.',
  },
  TEMPORAL_UI_PORT: { fallback: '8080', description: 'Port at which the Temporal UI is published.' },
  NAMESPACE_RETENTION: {
    fallback: '30d',
    description: 'How long Temporal keeps closed workflows. Read when the namespace is created.',
  },
  COAGENT_VERSION: { fallback: '0.1.0', description: 'Tag of the images of CoAgent.' },
};

const settings: [name: string, setting: Setting][] = Object.entries(settingsTable);

/** Which values a setting takes: what it says itself when it is given nonsense. */
function valuesOf({ schema }: Setting): string {
  const message = schema.safeParse('?').error?.issues[0]?.message ?? 'text';
  return message.replace(/^must be (an? )?/, '').replace(/^may hold/, 'any of');
}

function settingRow([name, setting]: [string, Setting]): string[] {
  const { fallback, description, secret, requiredInProduction } = setting;
  const remarks = [secret ? 'Secret.' : '', requiredInProduction ? '**Required in production.**' : ''];
  const meaning = [description, ...remarks].filter((part) => part !== '').join(' ');
  return [`\`${name}\``, valuesOf(setting), fallback ? `\`${fallback}\`` : '', meaning];
}

function composeRow([name, { fallback, description }]: [string, ComposeVariable]): string[] {
  return [`\`${name}\``, fallback === undefined ? '**required**' : `\`${fallback}\``, description];
}

/** A Markdown table, aligned as Prettier aligns it. */
function table(header: string[], rows: string[][]): string {
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The text of docs/settings.md. */
export function renderSettingsReference(): string {
  return `# Settings

<!-- Written by \`npm run docs:settings\` from infra/config/settings.ts: change that file, not this one. -->

Every process reads its settings from the environment, then from the file \`.env\` in the project folder, then takes the
default. An empty value counts as absent. A process that is given values it cannot use does not start: it names all of
them at once. \`.env.example\` is a file to begin with.

${table(['Setting', 'Values', 'Default', 'Meaning'], settings.map(settingRow))}

## docker-compose.yml

The compose file passes the settings above on, connects the processes to its own servers, and needs a few variables more:

${table(['Variable', 'Default', 'Meaning'], Object.entries(composeVariables).map(composeRow))}
`;
}

const example = (name: string, fallback: string | undefined, description: string): string =>
  `# ${description}\n# ${name}=${fallback ?? ''}`;

/** The text of .env.example. */
export function renderEnvExample(): string {
  return `# Copy to .env and take the \`# \` away from what you set. What each value may be: docs/settings.md.
# \`npm start\` needs none of it.

${settings.map(([name, { fallback, description }]) => example(name, fallback, description)).join('\n\n')}

# Only for docker-compose.yml. A good password: openssl rand -hex 32

${Object.entries(composeVariables)
  .map(([name, { fallback, description }]) => example(name, fallback, description))
  .join('\n\n')}
`;
}

if (require.main === module) {
  writeFileSync(join(projectRoot(), 'docs', 'settings.md'), renderSettingsReference());
  writeFileSync(join(projectRoot(), '.env.example'), renderEnvExample());
}
