import { spawn, type ChildProcess } from 'node:child_process';

export interface ToolOptions {
  env: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  timeoutMs: number;
}

export interface ToolResult {
  /** It ended by itself with exit code 0. */
  ok: boolean;
  /** What it wrote, standard output and error together; why it could not be run otherwise. */
  output: string;
}

/** Keeps a child from outliving this process, as one does that takes its time (`go install`, Jest). */
export function endWithUs(child: ChildProcess): void {
  const kill = (): void => void child.kill();
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
}

/** Runs a program to its end. Never throws: a program that is missing or too slow gives `ok: false` and says so. */
export function runTool(
  command: string,
  args: readonly string[],
  { env, cwd, timeoutMs }: ToolOptions,
): Promise<ToolResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, cwd, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
    endWithUs(child);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code, signal) => {
      const output = Buffer.concat(chunks).toString('utf8').trim();
      resolve({ ok: code === 0, output: signal === null ? output : `${output}\n(ended by ${signal})` });
    });
  });
}
