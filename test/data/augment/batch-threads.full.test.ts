/** Threads make the batches that are made without them, and end in good order. */
import { truncateSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import { type AugmentedTable, isAugmented } from '../../../src/data/augment/augmented-table.js'
import { batchThreads } from '../../../src/data/augment/batch-threads.js'
import { type BatchOptions, batches, type TableBatch } from '../../../src/data/batches.js'
import { loadData } from '../../../src/data/load.js'
import { npy } from '../../support/npy.js'
import { loaded } from '../../support/own-data.js'
import { resolveData } from '../../support/spec.js'

const AUGMENT = ['RandomFlip', { type: 'RandomRotation', factor: 0.2 }, 'MixUp']

async function digits(): Promise<AugmentedTable> {
  const data = resolveData({ dataset: 'digits', augment: AUGMENT })
  const { train } = await loadData({ data, seed: 0, fit: { validation_split: 0.2 } })
  if (!isAugmented(train)) throw new Error('not augmented')
  return train
}

function threadsFor(table: AugmentedTable, count: number, batchSize: number) {
  const threads = batchThreads(table, count, batchSize)
  onTestFinished(() => threads.close())
  return threads
}

const copyOf = ({ size, arrays }: TableBatch) => ({
  size,
  arrays: Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, Array.from(values)])),
})

async function all(source: AsyncIterable<TableBatch>) {
  const found = []
  for await (const batch of source) found.push(copyOf(batch))
  return found
}

const pass = (epoch: number, batchSize: number): BatchOptions => ({ batchSize, epoch, shuffle: { seed: 1, epoch } })
const clock = () => ({ spent: 0 })

describe.each([1, 3])('%i threads', (count) => {
  test.each([1, 7, 500, 5000])('give the same batches of %i', async (batchSize) => {
    const table = await digits()
    const threads = threadsFor(table, count, batchSize)
    for (const epoch of batchSize === 1 ? [1] : [1, 2]) {
      expect(await all(threads.batches(pass(epoch, batchSize), clock()))).toEqual(
        await all(batches(table, pass(epoch, batchSize))),
      )
    }
  })

  test('begin again after a pass that was left', async () => {
    const table = await digits()
    const threads = threadsFor(table, count, 50)
    for await (const _ of threads.batches(pass(1, 50), clock())) break
    expect(await all(threads.batches(pass(2, 50), clock()))).toEqual(await all(batches(table, pass(2, 50))))
  })
})

test('a batch stays as it is until the batch after the next one is asked for', async () => {
  const table = await digits()
  const wanted = await all(batches(table, pass(1, 20)))
  const made = threadsFor(table, 2, 20).batches(pass(1, 20), clock())
  let before: TableBatch | undefined
  for (let index = 0; index < 30; index++) {
    const { value } = (await made.next()) as { readonly value: TableBatch }
    await pause(1)
    if (before) expect(copyOf(before)).toEqual(wanted[index - 1])
    expect(copyOf(value)).toEqual(wanted[index])
    before = value
  }
})

/** A table of 64 rows in a file that another program has cut to so many bytes. */
async function cutShort(bytes: number): Promise<AugmentedTable> {
  const files = { 'x.npy': npy([64, 8, 8]), 'y.npy': npy([64]) }
  const spec = {
    source: { x: 'x.npy', y: 'y.npy' },
    features: { x: { type: 'array', augment: ['RandomFlip'] } },
    target: { column: 'y', type: 'number' },
    cache: 'disk',
  }
  const network = {
    model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 1 }] },
    loss: 'mse',
    fit: { validation_split: 0 },
    seed: 7,
  }
  const { train } = (await loaded(files, spec, network)).data
  if (!isAugmented(train) || !('file' in train.rows)) throw new Error('not in a file')
  truncateSync(train.rows.file.path, bytes)
  return train
}

const CUT_SHORT = /the file is cut short; another program has changed it$/

test('an error of a thread is one of the batches', async () => {
  const threads = threadsFor(await cutShort(1000), 2, 16)
  const made = threads.batches(pass(1, 16), clock())
  const error = await all(made).catch((one: unknown) => one)
  expect(error).toBeInstanceOf(UserError)
  expect((error as UserError).message).toMatch(CUT_SHORT)
  await expect(all(threads.batches(pass(2, 16), clock()))).rejects.toThrow('cut short')
})

test('an error in the last batch is one of the batches too, if it comes while a step computes', async () => {
  const table = await cutShort(12_000)
  const made = threadsFor(table, 1, 32).batches({ batchSize: 32, epoch: 1 }, clock())
  expect(await made.next()).toMatchObject({ value: { size: 32 } })
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
  await expect(made.next()).rejects.toThrow(CUT_SHORT)
})
