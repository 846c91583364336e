import { postable, type LogLine } from './log-line';

/** `ubuntu-meeting 2010-11-08 …`: channel and date, before everything else. */
const dated = /^(?:[^\s<[*=-]\S* )?(?<date>\d{4}-\d\d-\d\d) (?<rest>.*)$/;
/** `[18:04] …` or `[18:04:31] …` */
const timed = /^\[(?<hours>\d\d?):(?<minutes>\d\d)(?::(?<seconds>\d\d))?\]\s*(?<rest>.*)$/;

/** `<nick> text`, with the nick's rank in the channel before it. */
const message = /^<[@+%&~]?(?<author>[^\s>]+)>(?<text>.*)$/;
const action = /^\*\s+(?<author>\S+)(?<text>\s.*)$/;
const notice = /^-(?<author>\S+)-\s(?<text>.*)$/;
/** What happens to the channel: `=== …`, in other clients `*** …`, `-!- …`, `--> …`, `<-- …`. */
const event = /^(?:===|\*\*\*|-!-|-->|<--)\s+(?<what>.*)$/;
const rename = /^(?<author>\S+) is now known as (?<to>\S+)/;
/** The nick's host may stand in brackets behind it. */
const join = /^(?<author>\S+)\s+(?:[[(].*?[\])]\s+)?(?:has )?joined\b/;
const leave = /^(?<author>\S+)\s+(?:[[(].*?[\])]\s+)?(?:(?:has )?(?:left|quit|parted)\b|was kicked\b)/;

const minute = 60_000;
const day = 24 * 60 * minute;

/** Reads a log as IRC clients write it. Every line that is not blank becomes one line of the answer. */
export function parseIrc(text: string): LogLine[] {
  const clock = createClock();
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const { date, rest: undated = line } = dated.exec(line)?.groups ?? {};
      const time = timed.exec(undated)?.groups;
      return { ...bodyOf(time?.rest ?? undated), ...clock(date, time) };
    });
}

type Body = LogLine extends infer Line ? (Line extends LogLine ? Omit<Line, 'at' | 'span'> : never) : never;

function bodyOf(body: string): Body {
  const said = message.exec(body)?.groups;
  if (said) return { kind: 'message', author: said.author ?? '', text: postable(said.text ?? '') };
  const happened = event.exec(body)?.groups;
  if (happened) return eventOf(happened.what ?? '', postable(body));
  const acted = action.exec(body)?.groups;
  if (acted) return { kind: 'action', author: acted.author ?? '', text: postable(body) };
  const noticed = notice.exec(body)?.groups;
  if (noticed) return { kind: 'notice', author: noticed.author ?? '', text: postable(noticed.text ?? '') };
  return { kind: 'other', text: postable(body) };
}

function eventOf(what: string, text: string): Body {
  const renamed = rename.exec(what)?.groups;
  if (renamed) return { kind: 'rename', author: renamed.author ?? '', to: renamed.to ?? '', text };
  const joined = join.exec(what)?.groups;
  if (joined) return { kind: 'join', author: joined.author ?? '', text };
  const left = leave.exec(what)?.groups;
  if (left) return { kind: 'leave', author: left.author ?? '', text };
  return { kind: 'other', text };
}

/** Times of day into milliseconds; where the log has no dates, a time that jumps back begins a new day. */
function createClock(): (
  date: string | undefined,
  time: Record<string, string | undefined> | undefined,
) => { at: number | null; span: number } {
  let today = 0;
  let last = Number.NEGATIVE_INFINITY;
  return (date, time) => {
    if (date !== undefined) today = Date.parse(date);
    if (!time) return { at: null, span: 0 };
    const { hours, minutes, seconds } = time;
    const ofDay = (Number(hours) * 60 + Number(minutes)) * minute + Number(seconds ?? 0) * 1000;
    if (date === undefined && today + ofDay < last - 60 * minute) today += day;
    last = Math.max(last, today + ofDay);
    return { at: last, span: seconds === undefined ? minute : 1000 };
  };
}
