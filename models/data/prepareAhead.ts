/**
 * The most batches in preparation ahead of the one in the graph. A file takes about a dozen steps (open, read, decode, store, flush, rename, ...), and while a graph blocks this thread
 * each file gets one step further for each batch that runs; with fewer batches ahead than steps, the graph would wait.
 */
const BATCHES_AHEAD = 12;

/** Bytes that what was prepared ahead may hold. What reading and decoding hold meanwhile has a budget of its own (budget.ts). */
const BYTES_AHEAD = 256 * 2 ** 20;

/**
 * Prepares items in batches of `size` ahead of whoever takes them: while the caller works on a batch (blocking this thread, say), the next ones are read and decoded on the thread pool.
 * `itemBytes` is what an item holds once it is prepared; few batches are ahead where that is much. Gives what `prepare` made of each batch, in order.
 * A failed preparation is thrown when its batch is due. When the caller stops early, what is under way is waited for.
 */
export async function* prepareAhead<T, R>(
  items: readonly T[],
  size: number,
  itemBytes: number,
  prepare: (batch: readonly T[]) => Promise<R>,
): AsyncGenerator<R> {
  const ahead = Math.max(1, Math.min(BATCHES_AHEAD, Math.floor(BYTES_AHEAD / (size * itemBytes)) - 1));
  const queue: Promise<R>[] = [];
  let next = 0;
  const topUp = (): void => {
    for (; queue.length <= ahead && next < items.length; next += size) {
      const started = prepare(items.slice(next, next + size));
      // Heard when the batch is due; until then a failure must not count as unhandled.
      started.catch(() => undefined);
      queue.push(started);
    }
  };
  try {
    topUp();
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      const prepared = await batch;
      topUp();
      // One turn of the event loop, so that every file in preparation takes its next step before the caller blocks this thread.
      await new Promise((resolve) => setImmediate(resolve));
      yield prepared;
    }
  } finally {
    await Promise.allSettled(queue);
  }
}

/** As Promise.all, but a failure is thrown only when nothing is under way any more. */
export async function allSettledOrThrow<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
