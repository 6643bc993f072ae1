/** The clock has the time in which batches are made, and not that in which they are used. */
import { expect, test } from 'vitest'
import { timed } from '../../src/data/timed.js'

const busy = (milliseconds: number) => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

async function* slowly() {
  for (const batch of [1, 2, 3]) {
    busy(20)
    yield batch
  }
}

test('the time of other work is not counted', async () => {
  const clock = { spent: 0 }
  const batches = timed(slowly(), clock)
  const seen: number[] = []
  for (let next = batches.next(); ; next = batches.next()) {
    // the batch is ready, and this thread works on
    busy(50)
    const { value, done } = await next
    if (done) break
    seen.push(value)
  }
  expect(seen).toEqual([1, 2, 3])
  expect(clock.spent).toBeGreaterThanOrEqual(60)
  expect(clock.spent).toBeLessThan(200)
})
