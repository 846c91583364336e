import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Absent, or not ours to run: either way not the one.
    return false;
  }
}

/**
 * Looks for the first of some programs.
 * @param path the PATH to search.
 * @param alsoIn folders searched after it.
 */
export function findExecutable(
  names: readonly string[],
  path: string | undefined,
  alsoIn: readonly string[] = [],
): string | undefined {
  const folders = [...(path ?? '').split(delimiter).filter((folder) => folder !== ''), ...alsoIn];
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((candidate) => isExecutable(candidate));
}
