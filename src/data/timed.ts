/** Measures how long batches take to make. */

export interface Clock {
  /** Milliseconds so far. */
  spent: number
}

/** Adds to the clock the time that this thread needs for each batch. */
export async function* timed<Batch>(batches: AsyncIterable<Batch>, clock: Clock): AsyncGenerator<Batch> {
  const source = batches[Symbol.asyncIterator]()
  try {
    for (;;) {
      const began = performance.now()
      // the batch is made before `next` returns; later this thread may do other work first
      const next = source.next()
      clock.spent += performance.now() - began
      const { value, done } = await next
      if (done) return
      yield value
    }
  } finally {
    await source.return?.()
  }
}
