import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type as system } from 'node:os';

/** What the numbers were measured on, for the page. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const gb = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${gb} GB, ${distribution()} (${system()} ${release()}), Node ${process.version}`;
}

/** Work of others on the machine makes every number worse. */
export const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');

function distribution(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  } catch {
    return execFileSync('uname', ['-s'], { encoding: 'utf8' }).trim();
  }
}
