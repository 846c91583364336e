import { latenciesOf } from './latencies';
import type { Progress } from './player';

const titles = { people: 'People', lines: 'Lines', answers: 'Answers' } as const;
const width = 24;
/** How often the bar is drawn, and how often a line is written where there is no terminal, in milliseconds. */
const drawMs = 100;
const writeMs = 5000;

export interface ProgressBar {
  show(progress: Progress): void;
  /** Makes room for what follows. */
  end(): void;
}

/** On a terminal a bar that is redrawn in place; elsewhere a line now and then. */
export function createProgressBar(out: NodeJS.WriteStream): ProgressBar {
  const every = out.isTTY ? drawMs : writeMs;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let doing: Progress['doing'] | undefined;
  return {
    show(progress) {
      const now = performance.now();
      const complete = progress.done === progress.total;
      if (now < drawnAt + every && progress.doing === doing && !complete) return;
      if (out.isTTY && doing !== undefined && progress.doing !== doing) out.write('\n');
      doing = progress.doing;
      drawnAt = now;
      const line = describe(progress);
      out.write(out.isTTY ? `\r${line.slice(0, out.columns - 1)}\x1b[K` : `${line}\n`);
    },
    end() {
      if (out.isTTY && doing !== undefined) out.write('\n');
    },
  };
}

function describe({ doing, done, total, tracker }: Progress): string {
  const share = total === 0 ? 1 : done / total;
  const filled = Math.round(share * width);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
  const head = `${titles[doing].padEnd(8)}${bar} ${done}/${total}`;
  if (doing === 'people') return head;
  const { p50, p99 } = latenciesOf(tracker.times().accepted);
  return `${head} · accepted p50 ${p50.toFixed(0)} p99 ${p99.toFixed(0)} ms · ${tracker.answers} answers`;
}
