import { createFrameBudget } from '../../../apps/api/sockets/frame-budget';

test('the rate holds in the long run, with a burst of twice as many', () => {
  let now = 0;
  const budget = createFrameBudget(10, () => now);
  const taken = (): number => {
    let count = 0;
    while (budget.take()) count += 1;
    return count;
  };
  expect(taken()).toBe(20);
  now += 500;
  expect(taken()).toBe(5);
  now += 60_000;
  expect(taken()).toBe(20);
});
