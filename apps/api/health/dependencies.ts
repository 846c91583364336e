import type { ApiDeps } from '../http/services';

export interface DependencyStatus {
  name: 'postgres' | 'redis' | 'temporal' | 'model';
  status: 'up' | 'down' | 'not_configured';
  /** Without it the API cannot work. */
  required: boolean;
  /** How long the answer took; null when nothing is asked. */
  latencyMs: number | null;
  error: string | null;
}

const timeoutMs = 2000;

/** Asks each dependency whether it answers, at most two seconds long. */
export async function checkDependencies({
  database,
  redis,
  temporal,
  settings,
}: ApiDeps): Promise<DependencyStatus[]> {
  const configured = settings.OPENAI_API_KEY !== undefined || settings.OPENAI_BASE_URL !== undefined;
  const servers = await Promise.all([
    probe('postgres', () => database.$queryRaw`SELECT 1`),
    probe('redis', () => redis.ping()),
    probe('temporal', () => temporal.check()),
  ]);
  return [
    ...servers,
    // Asking a model would cost money, and workers call it, not this process.
    {
      name: 'model',
      status: configured ? 'up' : 'not_configured',
      required: false,
      latencyMs: null,
      error: null,
    },
  ];
}

async function probe(name: DependencyStatus['name'], ask: () => Promise<unknown>): Promise<DependencyStatus> {
  const began = performance.now();
  const took = (): number => Math.round((performance.now() - began) * 10) / 10;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([ask(), timeout]);
    return { name, status: 'up', required: true, latencyMs: took(), error: null };
  } catch (error) {
    return { name, status: 'down', required: true, latencyMs: took(), error: explain(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** One line without addresses and credentials: these pages are public. */
function explain(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const lines = (typeof message === 'string' ? message : '').split('\n').map((line) => line.trim());
  const text = (lines.findLast((line) => line !== '') ?? 'unknown error')
    .replace(/\b[a-z]+:\/\/\S+/gi, '…')
    .replace(/\S*(\d{1,3}\.){3}\d{1,3}\S*/g, '…')
    .slice(0, 160);
  return typeof code === 'string' && !text.includes(code) ? `${code}: ${text}` : text;
}
