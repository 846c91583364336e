import { cpuSeconds } from './proc';

/** CPU seconds by the name of the process. */
export type CpuTimes = Record<string, number>;

/**
 * Counts the processes, with their children, and this one, without its children, as `client`.
 * @returns call it to learn what was used since.
 */
export function startCpuMeter(pids: Readonly<Record<string, number>>): () => CpuTimes {
  const read = (): CpuTimes => {
    const { user, system } = process.cpuUsage();
    const others = Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)] as const);
    return { ...Object.fromEntries(others), client: (user + system) / 1e6 };
  };
  const begun = read();
  return () =>
    Object.fromEntries(Object.entries(read()).map(([name, used]) => [name, used - (begun[name] ?? 0)]));
}

export const sumOf = (times: CpuTimes): number => Object.values(times).reduce((sum, time) => sum + time, 0);

export function addTo(total: CpuTimes, more: CpuTimes): void {
  for (const [name, seconds] of Object.entries(more)) total[name] = (total[name] ?? 0) + seconds;
}
