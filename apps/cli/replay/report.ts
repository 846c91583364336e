import type { LogLine } from './log-line';
import { latenciesOf, showLatencies } from './latencies';
import type { Outcome } from './player';

/** Everything accepted was stored, in order, seen alike by every client, and every turn ended. */
export const succeeded = ({ verdict, tracker }: Outcome): boolean =>
  verdict.ok && tracker.openTurns().length === 0;

/** The table shown at the end. */
export function reportOf(lines: readonly LogLine[], people: number, outcome: Outcome): string {
  const { verdict, tracker, changes, clients, posted, stored, elapsedMs } = outcome;
  const times = tracker.times();
  const turns = tracker.turns();
  const open = tracker.openTurns().length;
  const { refused, lost, misplaced, misled } = verdict;
  const inRoom = posted.length - refused - lost;
  const rows: [string, string][] = [
    ['Lines', `${lines.length} (${kindsOf(lines)})`],
    ['People', `${people}: ${changes.join} joins, ${changes.leave} leaves, ${changes.rename} renames`],
    ['Stored', `${inRoom} of ${lines.length} lines, ${stored - inRoom} other messages (answers)`],
    ['Lost', `${lost} accepted and not stored, ${refused} not accepted`],
    ['Order', misplaced === 0 ? 'that of the log' : `${misplaced} lines out of place`],
    [
      'Clients',
      misled.length === 0 ? `all ${clients} saw the same` : `${misled.length} of ${clients} were misled`,
    ],
    ['Turns', `${turns.answered} ended, ${turns.failed} failed, ${turns.cancelled} cancelled, ${open} open`],
    ['Answers', String(tracker.answers)],
    ['Accepted', showLatencies(latenciesOf(times.accepted))],
    ['Seen by another', showLatencies(latenciesOf(times.observed))],
    ['Seen by all', showLatencies(latenciesOf(times.last))],
    [
      'Took',
      `${(elapsedMs / 1000).toFixed(1)} s, ${((lines.length * 1000) / elapsedMs).toFixed(0)} lines a second`,
    ],
    ...(outcome.reconnects === 0
      ? []
      : ([['Reconnects', String(outcome.reconnects)]] satisfies [string, string][])),
  ];
  const problems = [...outcome.refusals, ...misled].slice(0, 10);
  return [
    ...rows.map(([name, value]) => `  ${name.padEnd(17)}${value}`),
    ...problems.map((line) => `  ! ${line}`),
  ].join('\n');
}

function kindsOf(lines: readonly LogLine[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of lines) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`).join(', ');
}
