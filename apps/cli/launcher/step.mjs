import { spawn } from 'node:child_process';
import { clearInterval, setInterval } from 'node:timers';
import { root } from './root.mjs';

/** A step of the preparation failed; `hint` says what to do about it. */
export class StepError extends Error {
  constructor(message, hint) {
    super(message);
    this.name = 'StepError';
    this.hint = hint;
  }
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Shows that something is going on: a line that counts on a terminal, a line every 15 seconds elsewhere. */
function showElapsed(title, since) {
  const tty = process.stdout.isTTY;
  if (!tty) console.log(`… ${title}`);
  const tick = () =>
    tty
      ? process.stdout.write(`\r… ${title} ${Math.round((Date.now() - since) / 1000)} s\x1b[K`)
      : console.log(`… ${title} ${seconds(since)}`);
  if (tty) tick();
  const timer = setInterval(tick, tty ? 1000 : 15_000);
  return (mark) => {
    clearInterval(timer);
    console.log(`${tty ? '\r' : ''}${mark} ${title} ${seconds(since)}${tty ? '\x1b[K' : ''}`);
  };
}

/**
 * Runs a Node script to its end, quietly.
 * @param hint what to do when it fails; its output is shown before.
 */
export async function runStep(title, args, { cwd = root, env = {}, hint }) {
  const since = Date.now();
  const end = showElapsed(title, since);
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve(exit ?? signal));
  });
  end(code === 0 ? '✔' : '✖');
  if (code === 0) return;
  console.error(Buffer.concat(output).toString('utf8').trimEnd().split('\n').slice(-40).join('\n'));
  throw new StepError(`${title}: failed (${code}).`, hint);
}
