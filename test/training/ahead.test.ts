/** Batches that are made one ahead: all come, in order, once each, and their source is closed. */
import { expect, test } from 'vitest'
import { oneAhead } from '../../src/training/ahead.js'

async function* counting(events: string[], count = 3) {
  try {
    for (let index = 0; index < count; index++) {
      events.push(`made ${index}`)
      yield index
    }
  } finally {
    events.push('closed')
  }
}

test('each batch comes once, whether or not it was prepared ahead', async () => {
  const events: string[] = []
  for await (const { batch, prepareNext } of oneAhead(counting(events))) {
    events.push(`taken ${batch}`)
    if (batch !== 1) {
      prepareNext()
      prepareNext()
    }
    events.push(`done ${batch}`)
  }
  expect(events).toEqual([
    ...['made 0', 'taken 0', 'made 1', 'done 0', 'taken 1', 'done 1', 'made 2', 'taken 2', 'closed', 'done 2'],
  ])
})

test('leaving early closes the source', async () => {
  const events: string[] = []
  for await (const { prepareNext } of oneAhead(counting(events))) {
    prepareNext()
    break
  }
  expect(events).toEqual(['made 0', 'made 1', 'closed'])
})

test('an early error of the source is thrown when its batch is taken', async () => {
  async function* failing() {
    yield 0
    throw new Error('no more')
  }
  const taken: number[] = []
  const all = async () => {
    for await (const { batch, prepareNext } of oneAhead(failing())) {
      taken.push(batch)
      prepareNext()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  await expect(all()).rejects.toThrow('no more')
  expect(taken).toEqual([0])
})
