import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

function* filesBelow(path) {
  if (!statSync(join(root, path)).isDirectory()) {
    yield path;
    return;
  }
  const names = readdirSync(join(root, path)).sort();
  for (const name of names) yield* filesBelow(`${path}/${name}`);
}

/**
 * Fingerprint of the contents of files and folders (relative to the project; missing ones count as empty).
 * @param keep which of the files below the folders count.
 */
export function fingerprint(paths, keep = () => true) {
  const hash = createHash('sha256');
  for (const path of paths.filter((each) => existsSync(join(root, each)))) {
    for (const file of filesBelow(path)) {
      if (keep(file))
        hash
          .update(file)
          .update('\0')
          .update(readFileSync(join(root, file)))
          .update('\0');
    }
  }
  return hash.digest('hex');
}
