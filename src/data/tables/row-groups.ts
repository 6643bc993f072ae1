/** Gathers values that come one by one into groups, without waiting for a value that is not there yet. */
import { setImmediate as nextTurn } from 'node:timers/promises'

const LATE = Symbol('late')

/**
 * Yields the values in order, in groups of at most `most`. Values that come asynchronously are handed on when the next
 * one takes more than a turn of the event loop, so that who sends them may wait for the answer to each.
 */
export async function* inGroups<Value>(
  values: Iterable<Value> | AsyncIterable<Value>,
  most: number,
): AsyncGenerator<Value[]> {
  if (Symbol.asyncIterator in values) return yield* asTheyCome(values, most)
  let group: Value[] = []
  for (const value of values) {
    group.push(value)
    if (group.length < most) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

async function* asTheyCome<Value>(values: AsyncIterable<Value>, most: number): AsyncGenerator<Value[]> {
  const iterator = values[Symbol.asyncIterator]()
  let group: Value[] = []
  let isWaiting = false
  let isOver = false
  try {
    let next = iterator.next()
    let turn: Promise<typeof LATE> | undefined
    for (;;) {
      isWaiting = true
      const found = group.length === 0 ? await next : await Promise.race([next, turn!])
      if (found === LATE) {
        yield group
        group = []
        continue
      }
      isWaiting = false
      isOver = (found as IteratorResult<Value>).done === true
      if (isOver) break
      if (group.length === 0) turn = nextTurn(LATE)
      group.push((found as IteratorResult<Value>).value)
      if (group.length === most) {
        yield group
        group = []
      }
      next = iterator.next()
    }
    if (group.length > 0) yield group
  } catch (error) {
    isOver = true
    throw error
  } finally {
    if (!isOver) {
      const returned = Promise.resolve(iterator.return?.())
      // a generator returns only after the value that it is asked for, which may never come
      if (isWaiting) returned.catch(() => {})
      else await returned
    }
  }
}
