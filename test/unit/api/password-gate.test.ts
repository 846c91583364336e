import { createGate } from '../../../apps/api/identity/password-gate';

/** Work that ends when it is told to. */
function task() {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { work: jest.fn(() => ended), end };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('so many run at once, the others in the order they came', async () => {
  const gate = createGate(2, 10);
  const tasks = [task(), task(), task(), task()];
  const all = tasks.map(({ work }) => gate(work));
  const begun = () => tasks.map(({ work }) => work.mock.calls.length);
  await settle();
  expect(begun()).toEqual([1, 1, 0, 0]);
  tasks[1]?.end();
  await settle();
  expect(begun()).toEqual([1, 1, 1, 0]);
  for (const { end } of tasks) end();
  await Promise.all(all);
  expect(begun()).toEqual([1, 1, 1, 1]);
});

test('beyond the queue it says so at once, and work that fails gives its place back', async () => {
  const gate = createGate(1, 1);
  const first = task();
  const running = gate(first.work);
  const waiting = gate(() => Promise.reject(new Error('failed')));
  await expect(gate(() => Promise.resolve())).rejects.toMatchObject({ code: 'overloaded', retryAfter: 2 });
  first.end();
  await running;
  await expect(waiting).rejects.toThrow('failed');
  await expect(gate(() => Promise.resolve('done'))).resolves.toBe('done');
});
