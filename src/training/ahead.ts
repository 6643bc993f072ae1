/** Batches with a way to have the next one made early, in a moment in which this thread would only wait. */

export interface Ahead<Batch> {
  readonly batch: Batch
  /** Makes the batch that follows, unless it is there already. */
  prepareNext(): void
}

export async function* oneAhead<Batch>(batches: AsyncIterable<Batch>): AsyncGenerator<Ahead<Batch>> {
  const source = batches[Symbol.asyncIterator]()
  let next: Promise<IteratorResult<Batch>> | undefined
  const prepareNext = () => {
    next ??= source.next()
    next.catch(() => {}) // told when it is taken
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
