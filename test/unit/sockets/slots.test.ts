import { ApiError } from '../../../apps/api/http/problems';
import { createSlots } from '../../../apps/api/sockets/slots';

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof ApiError ? error.code : String(error);
  }
}

test('a person’s and the process’ places are bounded, and come back once each', () => {
  const slots = createSlots({ perUser: 2, total: 3 });
  const first = slots.take('ada');
  slots.take('ada');
  expect(codeOf(() => slots.take('ada'))).toBe('rate_limited');
  slots.take('bob');
  expect(codeOf(() => slots.take('bob'))).toBe('overloaded');
  first();
  first();
  slots.take('bob');
  expect(codeOf(() => slots.take('eve'))).toBe('overloaded');
});
