import { resolve } from 'node:path';
import { projectRoot } from '../../infra/config/project-root';
import type { Settings } from '../../infra/config/settings';

/** DATA_DIR as an absolute path; a relative one counts from the project folder. */
export const dataDirOf = ({ DATA_DIR }: Pick<Settings, 'DATA_DIR'>): string =>
  resolve(projectRoot(), DATA_DIR);
