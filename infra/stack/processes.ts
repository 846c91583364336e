import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError, type Ending } from './embedded-server';
import { forgetProcess, recordProcess, signalGroup } from './process-records';

export interface ProcessOptions {
  name: string;
  command: string;
  args: readonly string[];
  /** The whole environment of the process. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  dataDir: string;
  /** Asks for an orderly end; default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** How long after `stopSignal` it is killed; default 5000. */
  graceMs?: number;
}

export interface LoggedProcess {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  readonly logFile: string;
  /** What it has written since this start. */
  output(): string;
  stop(): Promise<void>;
}

/** Above this size a log is set aside (one older file is kept) when its process starts again. */
const logLimitBytes = 10 * 1024 * 1024;

/** Opens the process's log for appending. */
function openLog(file: string): { fd: number; from: number } {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const size = existsSync(file) ? statSync(file).size : 0;
  if (size > logLimitBytes) renameSync(file, `${file}.old`);
  return { fd: openSync(file, 'a'), from: size > logLimitBytes ? 0 : size };
}

/**
 * Starts a process in a group of its own (so that Ctrl-C in the terminal reaches it only through us, in order), with its
 * output in DATA_DIR/logs, and records it for the next start to find.
 * @throws StackError when the command cannot be run.
 */
export async function startProcess(options: ProcessOptions): Promise<LoggedProcess> {
  const { name, command, args, env, cwd, dataDir, stopSignal = 'SIGTERM', graceMs = 5000 } = options;
  const logFile = join(dataDir, 'logs', `${name}.log`);
  const { fd, from } = openLog(logFile);
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new StackError(`${name}: ${command} could not be run.`, cause.message, { cause })),
    );
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} has no process id`);
  recordProcess(dataDir, name, pid);

  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => {
      forgetProcess(dataDir, name);
      resolve(signal === null ? { code: code ?? 0 } : { signal });
    });
  });
  return {
    pid,
    ended,
    logFile,
    output: () => readFileSync(logFile).subarray(from).toString('utf8'),
    stop: async () => {
      const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
      if (isRunning()) signalGroup(pid, stopSignal);
      const timer = setTimeout(() => {
        if (isRunning()) signalGroup(pid, 'SIGKILL');
      }, graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

export interface ReadyOptions<T> {
  /** Asked again and again; ready when it gives something else than undefined. */
  probe: () => Promise<T | undefined>;
  timeoutMs: number;
  /** What to do when it does not get ready. */
  hint: string;
}

/**
 * Waits until a started process answers. When it ends or takes too long it is stopped, and the error shows the last lines
 * of its log.
 * @throws StackError
 */
export async function waitReady<T>(
  name: string,
  started: LoggedProcess,
  { probe, timeoutMs, hint }: ReadyOptions<T>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let ending: Ending | undefined;
  void started.ended.then((value) => (ending = value));
  try {
    while (ending === undefined && Date.now() < deadline) {
      const answer = await probe();
      if (answer !== undefined) return answer;
      await sleep(50);
    }
  } catch (error) {
    await started.stop();
    throw error;
  }
  const why =
    ending === undefined
      ? `was not ready after ${timeoutMs / 1000} s`
      : `ended while starting (${describeEnding(ending)})`;
  await started.stop();
  const log = lastLines(started.output());
  throw new StackError(
    `${name} ${why}.${log === '' ? '' : `\n${log}`}`,
    `${hint} Its log: ${started.logFile}`,
  );
}

/** As much of a log as one can read at a glance. */
function lastLines(output: string): string {
  const lines = output.trimEnd().split('\n').slice(-15);
  return lines.map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line)).join('\n');
}

/** `exit code 1`, `killed by SIGKILL`. */
export function describeEnding(ending: Ending): string {
  return 'code' in ending ? `exit code ${ending.code}` : `killed by ${ending.signal}`;
}
