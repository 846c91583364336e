import { createBreathers } from '../../../infra/temporal/breathers';
import { breather } from '../../../workflows/contracts/breather';

const { everyMs, forMs, from } = breather;
/** Beginning of some period. */
const start = 1_000_000 * everyMs;
/** In the middle of the breather at their end. */
const within = start + everyMs - forMs / 2;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** @returns for how long a sending waits, in milliseconds. */
async function waitAt(time: number, send: () => Promise<void>): Promise<number> {
  jest.setSystemTime(time);
  const sent = send().then(() => Date.now());
  await jest.runAllTimersAsync();
  return (await sent) - time;
}

test('what is sent to a busy room in its breather waits for the end of it, and nothing else waits', async () => {
  const breathe = createBreathers();
  expect(await waitAt(start, () => breathe('busy', from))).toBe(0);
  expect(await waitAt(start, () => breathe('quiet', from - 2))).toBe(0);
  expect(await waitAt(within - forMs / 2 - 1, () => breathe('busy', 1))).toBe(0);
  expect(await waitAt(within, () => breathe('quiet', 1))).toBe(0);
  expect(await waitAt(within, () => breathe('busy', 1))).toBe(forMs / 2);
});

test('a room that was busy is so no more when the next period has begun', async () => {
  const breathe = createBreathers();
  expect(await waitAt(within, () => breathe('room', from))).toBe(forMs / 2);
  expect(await waitAt(within + everyMs, () => breathe('room', from - 1))).toBe(0);
});
