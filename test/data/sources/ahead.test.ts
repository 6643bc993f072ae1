/** Work ahead of its use: in order, a few pieces at once. */
import { expect, test } from 'vitest'
import { limiter, madeAhead } from '../../../src/data/sources/ahead.js'

const after = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds))

async function* upTo(count: number) {
  for (let one = 0; one < count; one++) yield one
}

test('values come in order, however long each takes', async () => {
  const made: number[] = []
  for await (const one of madeAhead(upTo(12), async (one) => {
    await after((one * 7) % 5)
    return one
  })) {
    made.push(one)
  }
  expect(made).toEqual(Array.from({ length: 12 }, (_, one) => one))
})

test('a failure comes at its place; work that was begun after it does no harm', async () => {
  const made: number[] = []
  const all = madeAhead(upTo(9), async (one) => {
    await after(1)
    if (one > 3) throw new Error(`no ${one}`)
    return one
  })
  const reading = async () => {
    for await (const one of all) made.push(one)
  }
  await expect(reading()).rejects.toThrow('no 4')
  expect(made).toEqual([0, 1, 2, 3])
})

test('a failure while the next values are waited for comes at its place too', async () => {
  async function* slowly() {
    for (let one = 0; one < 3; one++) {
      yield one
      await after(5)
    }
  }
  const all = madeAhead(slowly(), (one) => (one === 1 ? Promise.reject(new Error('no 1')) : Promise.resolve(one)))
  expect(await all.next()).toEqual({ done: false, value: 0 })
  await expect(all.next()).rejects.toThrow('no 1')
})

test('no more pieces of work run at once than allowed', async () => {
  const limited = limiter(3)
  let [running, most] = [0, 0]
  await Promise.all(
    Array.from({ length: 20 }, () =>
      limited(async () => {
        most = Math.max(most, ++running)
        await after(1)
        running--
      }),
    ),
  )
  expect(most).toBe(3)
})
