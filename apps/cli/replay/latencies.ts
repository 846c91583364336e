/** What a number of measured times come to, in milliseconds. */
export interface Latencies {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** By the nearest-rank method; all zero when there are none. */
export function latenciesOf(times: readonly number[]): Latencies {
  const sorted = [...times].sort((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: rank(1) };
}

export const showLatencies = ({ count, p50, p95, p99, max }: Latencies): string =>
  count === 0 ? 'none' : `p50 ${show(p50)} · p95 ${show(p95)} · p99 ${show(p99)} · max ${show(max)} ms`;

const show = (ms: number): string => (ms < 100 ? ms.toFixed(1) : ms.toFixed(0));
