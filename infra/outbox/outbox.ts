/** Sends items, in the order they were handed in. */
export interface Outbox<Context, Item> {
  /** Resolves once the item is sent; rejects with what `send` threw for its batch. */
  send(key: string, context: Context, item: Item): Promise<void>;
}

interface Pending<Item> {
  item: Item;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Most items in one call: with the longest messages still far below Temporal's 2 MB. */
const batchLimit = 25;

/**
 * One call at a time per key: the first item goes at once, those that arrive meanwhile travel together in the next
 * call. So a quiet room waits for nothing, and a busy one is not bound by calls per second.
 */
export function createOutbox<Context, Item>(
  sendBatch: (context: Context, items: Item[]) => Promise<void>,
): Outbox<Context, Item> {
  const queues = new Map<string, Pending<Item>[]>();

  async function drain(key: string, context: Context, queue: Pending<Item>[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, batchLimit);
      try {
        await sendBatch(
          context,
          batch.map(({ item }) => item),
        );
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    queues.delete(key);
  }

  return {
    send(key, context, item) {
      return new Promise((resolve, reject) => {
        const pending = { item, resolve, reject };
        const queue = queues.get(key);
        if (queue) {
          queue.push(pending);
          return;
        }
        const fresh = [pending];
        queues.set(key, fresh);
        void drain(key, context, fresh);
      });
    },
  };
}
