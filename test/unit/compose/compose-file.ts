import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../../infra/config/project-root';

export const inProject = (path: string): string => join(projectRoot(), path);
export const readProject = (path: string): string => readFileSync(inProject(path), 'utf8');

export interface HealthCheck {
  test?: string[];
  disable?: boolean;
}

export interface Service {
  image: string;
  build?: { context: string; dockerfile: string; target: string };
  restart: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string | null>;
  ports?: string[];
  volumes?: string[];
  networks: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: HealthCheck;
  stop_grace_period?: string;
  deploy?: { resources?: { limits?: { cpus?: string; memory?: string } } };
  read_only?: boolean;
  cap_drop?: string[];
}

export interface ComposeFile {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, null>;
}

/** docker-compose.yml with its anchors and merge keys resolved, variables as they stand. */
export const readComposeFile = (): ComposeFile =>
  parse(readProject('docker-compose.yml'), { merge: true }) as ComposeFile;

export interface Variable {
  name: string;
  /** Whether it must be set (`:?`). */
  required: boolean;
  /** What it is when it is not set (`:-`). */
  fallback: string | undefined;
}

const pattern = /\$\$|\$\{(\w+)(?::(-|\?)([^}]*))?\}/g;

/** The variables that a text is made from. */
export function variablesIn(text: string): Variable[] {
  return [...text.matchAll(pattern)].flatMap(([, name, operator, rest]) =>
    name === undefined
      ? []
      : [{ name, required: operator === '?', fallback: operator === '-' ? rest : undefined }],
  );
}

/** Fills the variables in as Docker Compose does. */
export function interpolate(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(pattern, (match: string, name?: string, operator?: string, rest?: string) => {
    if (name === undefined) return '$';
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    if (operator === '-') return rest ?? '';
    throw new Error(`${match}: ${name} is not set`);
  });
}

/** What a service's process finds in its environment. Variables without a value are passed on when they are set. */
export function environmentOf(
  service: Service,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(service.environment ?? {}).flatMap(([name, value]) => {
      const given = value === null ? env[name] : interpolate(value, env);
      return given === undefined ? [] : [[name, given]];
    }),
  );
}
