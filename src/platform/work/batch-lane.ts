/** Group commit: items submitted at about the same time are worked on in one go. */
export type BatchLane<Item, Result> = {
  /** Resolves with the item's own result, rejects with the batch's failure. */
  submit(item: Item): Promise<Result>;
};

/**
 * @param options.work one result for each item, in order; a throw rejects all items of the batch
 * @param options.lanes batches under way at once; more lanes make smaller batches
 */
export function createBatchLane<Item, Result>(options: {
  largestBatch: number;
  lanes: number;
  work: (items: readonly Item[]) => Promise<readonly Result[]>;
}): BatchLane<Item, Result> {
  type Waiting = { item: Item; resolve: (result: Result) => void; reject: (thrown: unknown) => void };
  const waiting: Waiting[] = [];
  let lanes = 0;

  const runLane = async () => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, options.largestBatch);
      try {
        const results = await options.work(batch.map(({ item }) => item));
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
      } catch (thrown) {
        for (const { reject } of batch) reject(thrown);
      }
    }
    lanes -= 1;
  };
  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (lanes >= options.lanes) return;
        lanes += 1;
        // After this turn, so that what others submit in it shares the batch.
        setImmediate(() => void runLane());
      }),
  };
}
