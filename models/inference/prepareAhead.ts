/** Batches being prepared ahead of the one in the graph: enough that the graph never waits, few enough that memory stays flat. */
const BATCHES_AHEAD = 3;

/** Something being prepared on the thread pool. */
export interface InPreparation<R> {
  /** Settles, without failing, once the native work is on the pool, so that it goes on while a graph blocks this thread. */
  readonly submitted: Promise<unknown>;
  readonly prepared: Promise<R>;
}

/**
 * Prepares items in batches ahead of whoever takes them: while the caller works on a batch (blocking this thread, say), the next ones are read and decoded on the pool.
 * A failed preparation is thrown when its batch is due. When the caller stops early, what is under way is waited for.
 */
export async function* prepareAhead<T, R>(
  items: readonly T[],
  size: number,
  prepare: (item: T) => InPreparation<R>,
): AsyncGenerator<R[]> {
  const queue: InPreparation<R>[][] = [];
  let next = 0;
  const topUp = (): void => {
    while (queue.length <= BATCHES_AHEAD && next < items.length) {
      const started = items.slice(next, next + size).map(prepare);
      // Heard when the batch is due; until then a failure must not count as unhandled.
      for (const { prepared } of started) prepared.catch(() => undefined);
      queue.push(started);
      next += size;
    }
  };
  try {
    topUp();
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      const prepared = await Promise.all(batch.map((each) => each.prepared));
      topUp();
      await Promise.all((queue[0] ?? []).map((each) => each.submitted));
      yield prepared;
    }
  } finally {
    await Promise.allSettled(queue.flat().map((each) => each.prepared));
  }
}
