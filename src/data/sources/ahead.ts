/** Makes values ahead of their use, in order. */

/** Values that are begun before they are asked for. */
const AHEAD = 3

/** Yields what `make` makes of each value, in their order; the next ones are made meanwhile. */
export async function* madeAhead<Given, Made>(
  given: AsyncIterable<Given>,
  make: (one: Given) => Promise<Made>,
): AsyncGenerator<Made> {
  const begun: Promise<Made>[] = []
  for await (const one of given) {
    const made = make(one)
    // a failure is thrown where the value is waited for, if it ever is
    made.catch(() => {})
    begun.push(made)
    if (begun.length > AHEAD) yield await begun.shift()!
  }
  while (begun.length > 0) yield await begun.shift()!
}

/** Returns a function that runs work, at most so many pieces of it at once. */
export function limiter(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running === most) await new Promise<void>((start) => waiting.push(start))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
