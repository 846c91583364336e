import { readFileSync, writeFileSync } from 'node:fs';
import type { Row } from './measures/measure';

const begin = '<!-- bench: begin (written by `npm run bench`) -->';
const end = '<!-- bench: end -->';

const verdict = (met: boolean | null): string => (met === null ? '' : met ? 'yes' : '**no**');

export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ key, what, ours, bare, ratio, target, met }) =>
      `| ${[`(${key})`, what, ours, bare, ratio, target, verdict(met)].join(' | ')} |`,
  );
  return ['| | | CoAgent | bare | ratio | target | met |', '|---|---|---|---|---|---|---|', ...lines].join(
    '\n',
  );
}

/** Puts the results between the markers of the page. */
export function writePage(file: string, content: string): void {
  const page = readFileSync(file, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${file} has lost its markers.`);
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n\n${content}\n\n${page.slice(to)}`);
}
