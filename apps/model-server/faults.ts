import { ApiError } from './api-error';

/** How one request is to go wrong. */
export interface FaultPlan {
  /** Refuse with this status instead of answering. */
  refuse: { status: number; retryAfter: string | undefined } | undefined;
  /** Wait before the first byte, in milliseconds, on top of the server's latency. */
  delayMs: number;
  /** Replaces the server's delay between tokens. */
  tokenDelayMs: number | undefined;
  /** `malformed` writes broken JSON, `cut-off` drops the connection half way. */
  ending: 'whole' | 'malformed' | 'cut-off';
}

export interface FaultBook {
  /**
   * The plan for a request from its fault specs. A spec with `times=N` applies to the first N requests of the same
   * fingerprint only.
   */
  plan(specs: readonly string[], fingerprint: string): FaultPlan;
  /** Forgets which fingerprints have had their faults. */
  reset(): void;
}

const noFault: FaultPlan = { refuse: undefined, delayMs: 0, tokenDelayMs: undefined, ending: 'whole' };
const rememberedFingerprints = 10_000;
const longestDelayMs = 600_000;

export function createFaultBook(): FaultBook {
  const used = new Map<string, number>();

  const isDue = (spec: string, times: number, fingerprint: string): boolean => {
    const key = `${fingerprint}\n${spec}`;
    const count = used.get(key) ?? 0;
    if (count >= times) return false;
    used.set(key, count + 1);
    if (used.size > rememberedFingerprints) used.delete(used.keys().next().value ?? '');
    return true;
  };

  return {
    plan(specs, fingerprint) {
      if (specs.length === 0) return noFault;
      const plan = { ...noFault };
      for (const spec of specs) {
        const fault = parseFault(spec);
        if (fault.times === undefined || isDue(spec, fault.times, fingerprint)) fault.apply(plan);
      }
      return plan;
    },
    reset: () => used.clear(),
  };
}

/** The specs of an `x-fault` header: as in a directive, several separated by commas. */
export function headerFaults(header: string | string[] | undefined): string[] {
  return (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '');
}

function parseFault(spec: string): { times: number | undefined; apply: (plan: FaultPlan) => void } {
  const [kind = '', ...rest] = spec.trim().split(/\s+/);
  const options = new Map(rest.map((word) => splitOption(word, spec)));
  const take = (name: string, [min, max]: [number, number]): number | undefined => {
    const value = options.get(name);
    options.delete(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (value === '' || !(number >= min && number <= max))
      throw badFault(spec, `${name} must be from ${min} to ${max}`);
    return number;
  };
  const times = take('times', [1, 1_000_000]);
  const apply = effect(kind, take, spec);
  const [unknown] = options.keys();
  if (unknown !== undefined) throw badFault(spec, `"${unknown}" is no option of it`);
  return { times, apply };
}

type TakeOption = (name: string, range: [number, number]) => number | undefined;

function effect(kind: string, take: TakeOption, spec: string): (plan: FaultPlan) => void {
  if (/^[45]\d\d$/.test(kind)) {
    const retryAfter = take('retry-after', [0, 3600])?.toString();
    return (plan) => (plan.refuse = { status: Number(kind), retryAfter });
  }
  if (kind === 'slow' || kind === 'token-delay') {
    const ms = take('ms', [0, longestDelayMs]);
    if (ms === undefined) throw badFault(spec, 'ms=N is missing');
    return (plan) => (kind === 'slow' ? (plan.delayMs = ms) : (plan.tokenDelayMs = ms));
  }
  if (kind === 'malformed' || kind === 'cut-off') return (plan) => (plan.ending = kind);
  throw badFault(spec, 'known are a 4xx or 5xx status, slow, token-delay, malformed and cut-off');
}

function splitOption(word: string, spec: string): [string, string] {
  const at = word.indexOf('=');
  if (at < 1) throw badFault(spec, `"${word}" is not name=value`);
  return [word.slice(0, at), word.slice(at + 1)];
}

const badFault = (spec: string, why: string): ApiError =>
  new ApiError(400, `Fault "${spec}" is not understood: ${why}.`, { code: 'invalid_directive' });
