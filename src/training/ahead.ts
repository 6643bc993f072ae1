/** Batches that can be prepared one ahead, while this thread would only wait. */

export interface Ahead<Batch> {
  readonly batch: Batch
  /** Starts to make the next batch, unless that has been done. */
  prepareNext(): void
}

export async function* oneAhead<Batch>(batches: AsyncIterable<Batch>): AsyncGenerator<Ahead<Batch>> {
  const source = batches[Symbol.asyncIterator]()
  let next: Promise<IteratorResult<Batch>> | undefined
  const prepareNext = () => {
    next ??= source.next()
    next.catch(() => {}) // reported when the batch is taken
  }
  try {
    for (;;) {
      prepareNext()
      const taken = await next!
      next = undefined
      if (taken.done) return
      yield { batch: taken.value, prepareNext }
    }
  } finally {
    await source.return?.()
  }
}
