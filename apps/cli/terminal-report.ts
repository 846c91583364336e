import type { WriteStream } from 'node:tty';
import type { Progress } from '../../infra/stack/embedded-server';
import type { Report } from '../../infra/stack/report';

interface Line {
  title: string;
  detail: string;
  since: number;
  /** ✔ or ✖ once it has ended, with the seconds it took. */
  end?: { mark: string; seconds: string };
}

const elapsed = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

function show({ title, detail, since, end }: Line): string {
  const time = end?.seconds ?? elapsed(since);
  return `${end?.mark ?? '…'} ${title.padEnd(16)}${time.padStart(8)}  ${detail}`;
}

/** How the steps are drawn. */
interface Painter {
  begin(line: Line): void;
  change(line: Line): void;
  end(line: Line): void;
  note(text: string): void;
}

/** For terminals: the steps under way are rewritten in place, ten times a second, below what has ended. */
function livePainter(out: WriteStream): Painter {
  const open: Line[] = [];
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;
  const width = (): number => out.columns || 80;
  const draw = (above = ''): void => {
    const rows = open.map((line) => `${show(line).slice(0, width() - 1)}\n`);
    out.write(`${drawn > 0 ? `\x1b[${drawn}A` : ''}\x1b[J${above}${rows.join('')}`);
    drawn = rows.length;
  };
  return {
    begin(line) {
      open.push(line);
      timer ??= setInterval(() => draw(), 100).unref();
      draw();
    },
    change: () => undefined, // The next redraw shows it.
    end(line) {
      open.splice(open.indexOf(line), 1);
      draw(`${show(line)}\n`);
      if (open.length > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
    note: (text) => draw(`${text}\n`),
  };
}

/** For files and pipes: a line when a step begins, changes or ends, and one every 15 seconds in between. */
function plainPainter(out: NodeJS.WritableStream): Painter {
  const timers = new Map<Line, NodeJS.Timeout>();
  const write = (text: string): void => void out.write(`${text}\n`);
  return {
    begin(line) {
      timers.set(line, setInterval(() => write(show(line)), 15_000).unref());
    },
    change: (line) => write(show(line)),
    end(line) {
      clearInterval(timers.get(line));
      timers.delete(line);
      write(show(line));
    },
    note: write,
  };
}

/** Shows steps with their elapsed time on a terminal or in a log. */
export function createTerminalReport(out: NodeJS.WriteStream): Report {
  const painter = out.isTTY ? livePainter(out) : plainPainter(out);
  return {
    note: (line) => painter.note(line),
    async step<T>(
      title: string,
      work: (progress: Progress) => Promise<T>,
      done?: (result: T) => string,
    ): Promise<T> {
      const line: Line = { title, detail: '', since: Date.now() };
      painter.begin(line);
      const finish = (mark: string, detail: string): void => {
        Object.assign(line, { detail, end: { mark, seconds: elapsed(line.since) } });
        painter.end(line);
      };
      try {
        const result = await work((detail) => {
          if (detail === line.detail) return;
          line.detail = detail;
          painter.change(line);
        });
        finish('✔', done?.(result) ?? '');
        return result;
      } catch (error) {
        finish('✖', line.detail);
        throw error;
      }
    },
  };
}
