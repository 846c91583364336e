import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './root.mjs';
import { runStep, StepError } from './step.mjs';

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether node_modules holds exactly what package-lock.json names (packages for other platforms aside). */
function isInstalled() {
  const installed = readPackages('node_modules/.package-lock.json');
  if (installed === undefined) return false;
  return Object.entries(readPackages('package-lock.json')).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined ? wanted.optional === true : found.version === wanted.version;
  });
}

/** npm's own script: the one that started us, else the one beside this Node. */
function npmScript() {
  const candidates = [
    process.env.npm_execpath,
    join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
    join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js'),
  ];
  const found = candidates.find((path) => path?.endsWith('npm-cli.js') && existsSync(path));
  if (found === undefined)
    throw new StepError('npm was not found.', 'Run `npm ci` in this folder, then try again.');
  return found;
}

/** Installs the packages if they are missing or not those of package-lock.json. */
export async function install() {
  if (isInstalled()) return;
  await runStep('installing packages', [npmScript(), 'ci', '--no-audit', '--no-fund'], {
    hint: 'Check the network (and `npm config get registry`, proxy settings), then try again; `npm ci` shows more.',
  });
}
