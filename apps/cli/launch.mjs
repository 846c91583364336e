/**
 * What every npm script runs: makes the project runnable (packages, build), then hands over to the `coagent` command in
 * the same process. Plain JavaScript without dependencies, because at this point there may be none.
 *
 * Usage: node apps/cli/launch.mjs <command> [arguments]; `build` only builds.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from './launcher/build.mjs';
import { install } from './launcher/install.mjs';
import { withLock } from './launcher/lock.mjs';
import { root } from './launcher/root.mjs';
import { StepError } from './launcher/step.mjs';

/** The oldest Node that the packages support, as in package.json. */
const oldestNode = [20, 19];

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new StepError(
    `CoAgent needs Node ${oldestNode.join('.')} or newer; this is ${process.version}.`,
    'Install the current LTS from https://nodejs.org, or run `nvm install` in this folder.',
  );
}

async function prepare() {
  checkNode();
  await withLock(async () => {
    await install();
    await build();
  });
}

const [command = 'start', ...rest] = process.argv.slice(2);
try {
  await prepare();
  if (command !== 'build') {
    const { main } = createRequire(import.meta.url)(join(root, 'dist/apps/cli/main.js'));
    await main([command, ...rest]);
  }
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(`\n${error.message}\n${error.hint ? `→ ${error.hint}\n` : ''}`);
  process.exitCode = 1;
}
