/** What a model costs, in US dollars per million tokens. */
export interface ModelPrice {
  input: number;
  output: number;
}

/** Prices by model name. */
export type ModelPrices = Readonly<Record<string, ModelPrice>>;

export interface PriceList {
  /** Cost of a call in millionths of a US dollar, rounded; 0 for models without a price. */
  costMicros(model: string, usage: { promptTokens: number; completionTokens: number }): number;
}

export function createPriceList(prices: ModelPrices): PriceList {
  return {
    costMicros(model, { promptTokens, completionTokens }) {
      const price = Object.hasOwn(prices, model) ? prices[model] : undefined;
      // Dollars per million tokens are millionths of a dollar per token.
      return price ? Math.round(price.input * promptTokens + price.output * completionTokens) : 0;
    },
  };
}
