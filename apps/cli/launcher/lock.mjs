import { existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './root.mjs';

const file = join(root, 'dist', '.preparing');

/** The holder renews the lock every second; one that was not renewed for this long belongs to nobody any more. */
const abandonedAfterMs = 10_000;

function tryLock() {
  mkdirSync(join(root, 'dist'), { recursive: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function breakAbandonedLock() {
  const { mtimeMs = Date.now() } = statSync(file, { throwIfNoEntry: false }) ?? {};
  if (Date.now() - mtimeMs > abandonedAfterMs) rmSync(file, { force: true });
}

/** Keeps `npm start` and `npm test`, started together, from installing and building into the same folders at once. */
export async function withLock(work) {
  let told = false;
  while (!tryLock()) {
    if (!told) console.log('… another CoAgent command is installing or building here; waiting for it');
    told = true;
    breakAbandonedLock();
    await sleep(200);
  }
  const renewal = setInterval(() => existsSync(file) && utimesSync(file, new Date(), new Date()), 1000);
  try {
    await work();
  } finally {
    clearInterval(renewal);
    rmSync(file, { force: true });
  }
}
