import { createStatementNames } from '../../../infra/database/statement-names';

test('a statement gets a name when it comes for the third time, and keeps it', () => {
  const nameOf = createStatementNames();
  expect([nameOf('SELECT 1'), nameOf('SELECT 1')]).toEqual(['', '']);
  const name = nameOf('SELECT 1');
  expect(name).not.toBe('');
  expect(nameOf('SELECT 1')).toBe(name);
});

test('different statements have different names, and their number is bounded', () => {
  const nameOf = createStatementNames();
  const names = Array.from({ length: 1000 }, (_, index) => {
    const sql = `SELECT ${index}`;
    nameOf(sql);
    nameOf(sql);
    return nameOf(sql);
  }).filter((name) => name !== '');
  expect(names).toHaveLength(300);
  expect(new Set(names).size).toBe(300);
});

test('statements that come once do not keep those that come again from getting a name', () => {
  const nameOf = createStatementNames();
  for (let index = 0; index < 5000; index += 1) nameOf(`SELECT ${index}`);
  const name = [nameOf('SELECT now()'), nameOf('SELECT now()'), nameOf('SELECT now()')].at(-1);
  expect(name).not.toBe('');
});
