import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** CPU time and memory as Linux counts them in /proc. */

interface Stat {
  parent: number;
  /** Clock ticks of the process and of its ended children. */
  own: number;
  ended: number;
}

/** Clock ticks a second: the kernel's interface has this for every architecture that Node runs on. */
const ticks = 100;

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const sum = (from: number): number => (fields[from] ?? 0) + (fields[from + 1] ?? 0);
    return { parent, own: sum(11), ended: sum(13) };
  } catch {
    // It has ended.
    return undefined;
  }
}

const allPids = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

/** CPU seconds used so far by a process, its descendants, and those of them that have ended. */
export function cpuSeconds(root: number): number {
  const stats = new Map(allPids().flatMap((pid) => [[pid, statOf(pid)] as const]));
  const within = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = stats.get(at)?.parent) {
      if (at === root) return true;
    }
    return false;
  };
  let sum = 0;
  for (const [pid, stat] of stats) if (stat && within(pid)) sum += stat.own + stat.ended;
  return sum / ticks;
}

/** The process that listens on a TCP port of this machine; undefined: it is not here, or not ours to see. */
export function listenerOf(port: number): number | undefined {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(
          ([, local = '', , state]) => state === '0A' && parseInt(local.split(':')[1] ?? '', 16) === port,
        )
        .map((fields) => `socket:[${fields[9] ?? ''}]`),
    ),
  );
  return allPids().find((pid) => linksOf(pid).some((link) => inodes.has(link)));
}

function linksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    // It has ended, or is somebody else's.
    return [];
  }
}

/** Resident memory in MB: now, and the most it ever was. */
export function residentMb(pid: number): { now: number; peak: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { now: kb('VmRSS') / 1024, peak: kb('VmHWM') / 1024 };
}
