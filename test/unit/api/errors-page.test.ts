import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problems } from '../../../apps/api/http/problems';

test('docs/errors.md lists exactly the errors of the API', () => {
  const page = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `(\w+)` +\| (\d+) +\| (.+?) +\| (.+?) +\|$/gm)].map(
    ([, code, status, title, advice]) => [code, { status: Number(status), title, advice }],
  );
  expect(Object.fromEntries(listed)).toEqual(problems);
  expect(listed.map(([code]) => code)).toEqual(Object.keys(problems));
});
