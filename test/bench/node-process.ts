import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const projectRoot = path.resolve(__dirname, '../..');

export interface NodeProcess {
  readonly pid: number;
  /** What it says on the line that tells that it is ready. */
  readonly hello: Record<string, unknown>;
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

export interface NodeProcessOptions {
  /** Names its log. */
  name: string;
  /** Path in the project; `.ts` runs through tsx. */
  script: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  /** Where logs go. */
  folder: string;
  /** Where a CPU profile is written when the process ends. */
  profileFolder?: string | undefined;
}

const readyMs = 60_000;
const stopMs = 15_000;

let started = 0;
const alive = new Set<ChildProcess>();

/** For an end in a hurry: nothing of ours is left behind. */
export function killAll(): void {
  for (const child of alive) child.kill('SIGKILL');
}

/** Starts a Node process and waits for the JSON line with `listening` or `ready`. Its output goes to a file. */
export async function startNode(options: NodeProcessOptions): Promise<NodeProcess> {
  const { name, script, args = [], env = {}, folder, profileFolder } = options;
  mkdirSync(folder, { recursive: true });
  started += 1;
  const logFile = path.join(folder, `${started}-${name}.log`);
  const log = openSync(logFile, 'w');
  const child = spawn(
    process.execPath,
    [
      ...(script.endsWith('.ts') ? ['--import', 'tsx'] : []),
      ...(profileFolder === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${path.join(profileFolder, name)}`]),
      path.join(projectRoot, script),
      ...args,
    ],
    { cwd: projectRoot, env: { ...process.env, ...env }, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const deadline = Date.now() + readyMs;
  for (;;) {
    const output = readFileSync(logFile, 'utf8');
    const ready = output.split('\n').find((line) => /^\{"(listening|ready)"/.test(line));
    if (ready !== undefined && output.includes(`${ready}\n`)) {
      const hello = JSON.parse(ready) as Record<string, unknown>;
      return { pid: child.pid ?? 0, hello, stop: () => stop(child, ended), kill: () => kill(child, ended) };
    }
    if (Date.now() > deadline || child.exitCode !== null) {
      child.kill('SIGKILL');
      throw new Error(`${name} did not get ready:\n${output.slice(-3000)}`);
    }
    await sleep(50);
  }
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}

async function kill(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
