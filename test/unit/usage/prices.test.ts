import { loadSettings } from '../../../infra/config/load-settings';
import { createPriceList } from '../../../infra/usage/prices';

const usage = { promptTokens: 1000, completionTokens: 500 };

test('a call costs its tokens at the model’s price, in millionths of a dollar', () => {
  const prices = createPriceList({ mini: { input: 0.4, output: 1.6 } });
  expect(prices.costMicros('mini', usage)).toBe(1200);
  expect(prices.costMicros('mini', { promptTokens: 1, completionTokens: 0 })).toBe(0);
  expect(prices.costMicros('mini', { promptTokens: 3, completionTokens: 0 })).toBe(1);
});

test.each(['other', 'constructor', '__proto__'])('the model %s has no price and costs nothing', (model) => {
  expect(createPriceList({ mini: { input: 1, output: 1 } }).costMicros(model, usage)).toBe(0);
});

test('prices are a setting', () => {
  expect(loadSettings({}).MODEL_PRICES).toEqual({});
  const MODEL_PRICES = '{"mini":{"input":0.4,"output":1.6}}';
  expect(loadSettings({ MODEL_PRICES }).MODEL_PRICES).toEqual({ mini: { input: 0.4, output: 1.6 } });
});

test.each(['{', '[]', '{"mini":1}', '{"mini":{"input":-1,"output":1}}', '{"mini":{"input":1}}'])(
  'prices %s are refused',
  (MODEL_PRICES) => {
    expect(() => loadSettings({ MODEL_PRICES })).toThrow('MODEL_PRICES');
  },
);
