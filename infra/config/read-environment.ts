import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { projectRoot } from './project-root';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReadOptions {
  /** Whether `.env` counts; default true, except in tests. */
  dotEnv?: boolean;
}

/** The process environment, over what `.env` in the project folder says. Processes read it once, when they start. */
export function readEnvironment({ dotEnv = process.env.NODE_ENV !== 'test' }: ReadOptions = {}): Environment {
  if (!dotEnv) return process.env;
  return { ...readDotEnv(join(projectRoot(), '.env')), ...process.env };
}

function readDotEnv(file: string): Record<string, string> {
  try {
    return parse(readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
