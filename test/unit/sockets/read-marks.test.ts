import { createReadMarks } from '../../../apps/api/sockets/read-marks';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('the first is marked at once, of a flood only the newest, and none again', async () => {
  const marked: number[] = [];
  const marks = createReadMarks((seq) => Promise.resolve(marked.push(seq)));
  for (let seq = 1; seq <= 100; seq += 1) marks.set(seq);
  await jest.advanceTimersByTimeAsync(2000);
  marks.set(50);
  await jest.advanceTimersByTimeAsync(2000);
  expect(marked).toEqual([1, 100]);
});

test('what is pending at the end is marked', async () => {
  const marked: number[] = [];
  const marks = createReadMarks((seq) => Promise.resolve(marked.push(seq)));
  marks.set(1);
  marks.set(2);
  marks.end();
  await jest.advanceTimersByTimeAsync(2000);
  expect(marked).toEqual([1, 2]);
});
