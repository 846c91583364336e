/**
 * Gathers what is asked for within one turn of the event loop into one call.
 * @param runBatch answers every item, in the same order.
 */
export function createBatcher<Item, Result>(
  runBatch: (items: Item[]) => Promise<Result[]>,
): (item: Item) => Promise<Result> {
  let open: { items: Item[]; results: Promise<Result[]> } | undefined;

  return async (item) => {
    open ??= startBatch();
    const batch = open;
    const at = batch.items.push(item) - 1;
    const result = (await batch.results)[at];
    return result as Result;
  };

  function startBatch(): NonNullable<typeof open> {
    const items: Item[] = [];
    const results = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      open = undefined;
      return runBatch(items);
    });
    return { items, results };
  }
}
