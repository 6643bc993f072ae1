/** A table in a file gives what the same table in memory gives. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { countUp } from '../../../src/base/count-up.js'
import type { Field, Named, Numbers } from '../../../src/base/field.js'
import { fileTable, ROW_NUMBER, storedFields } from '../../../src/data/packs/file-table.js'
import { createPack } from '../../../src/data/packs/pack-file.js'
import { layoutOf } from '../../../src/data/packs/row-layout.js'
import { RowWriter } from '../../../src/data/packs/row-writer.js'
import { BINARIZE } from '../../../src/data/steps/binarize.js'
import { type DrawAnew, memoryTable, roomFor } from '../../../src/data/table.js'

const folder = mkdtempSync(join(tmpdir(), 'packs-'))
afterAll(() => rmSync(folder, { recursive: true }))

const COUNT = 3000
const field = (shape: readonly number[], dtype: Field['dtype'], divisor = 1): Field => ({
  shape,
  dtype,
  divisor,
  values: 'real',
})
const fields: Named<Field> = {
  odd: field([5], 'uint8'),
  numbers: field([2, 3], 'float32'),
  wide: field([30], 'float32'),
  grey: field([3], 'uint8', 255),
  label: field([], 'int32'),
}
const values = (make: (index: number) => number, width: number) =>
  Array.from({ length: COUNT * width }, (_, index) => make(index))
const arrays: Named<Numbers> = {
  odd: Uint8Array.from(values((index) => index % 251, 5)),
  numbers: Float32Array.from(values((index) => index / 7, 6)),
  wide: Float32Array.from(values((index) => -index, 30)),
  grey: Uint8Array.from(values((index) => (index * 37) % 256, 3)),
  label: Int32Array.from(values((index) => 2 ** 30 + index, 1)),
}

const sourceRows = countUp(0, COUNT)

/** A table in a file of these rows, which are added some at a time. */
async function written(rows: Uint32Array, anew: Named<DrawAnew> = {}, some = 700) {
  const draft = await createPack(join(folder, `${rows.length}-${Object.keys(anew).length}.pack`))
  const stored = storedFields(fields, anew)
  const before = 12
  const writer = new RowWriter(stored, draft.write, before)
  for (let at = 0; at < rows.length; at += some) {
    await writer.add({ ...arrays, [ROW_NUMBER]: Int32Array.from(sourceRows) }, rows.subarray(at, at + some))
  }
  await writer.flush()
  const { descriptor, path, bytes, description } = await draft.finish({ position: before })
  expect(description).toEqual({ position: before })
  expect(bytes).toBeGreaterThan(before + rows.length * layoutOf(stored).rowBytes)
  return fileTable(fields, { descriptor, path, position: before, count: rows.length }, anew)
}

const ORDERS: Readonly<Record<string, Uint32Array>> = {
  'one row': Uint32Array.of(2999),
  'all rows': sourceRows,
  'rows backward': sourceRows.toReversed(),
  'runs of rows, some twice': Uint32Array.of(5, 6, 7, 7, 8, 0, 1, 2998, 2999, 3, 2),
  'no rows': new Uint32Array(0),
}

test.each(Object.entries(ORDERS))('%s', async (_, rows) => {
  const [inFile, inMemory] = [await written(sourceRows), memoryTable(fields, arrays, COUNT)]
  const [found, expected] = [inFile, inMemory].map((table) => {
    const room = roomFor(fields, rows.length)
    table.read(rows, 1, room)
    return room
  })
  expect(found).toEqual(expected)
})

test('rows that were fetched ahead are the same', async () => {
  const [inFile, inMemory] = [await written(sourceRows), memoryTable(fields, arrays, COUNT)]
  for (const from of [0, 1000, 2000]) {
    inFile.prefetch!([
      { from: from + 500, count: 500 },
      { from, count: 300 },
    ])
    for (const wait of [false, true]) {
      if (wait) await new Promise((resolve) => setTimeout(resolve, 50))
      const rows = Uint32Array.of(0, 299, 300, 301, 499, 500, 501, 999, 7).map((row) => row + Math.max(0, from - 1000))
      const [found, expected] = [roomFor(fields, rows.length), roomFor(fields, rows.length)]
      inFile.read(rows, 1, found)
      inMemory.read(rows, 1, expected)
      expect(found).toEqual(expected)
    }
  }
})

test('values are drawn by the number of a row in its source', async () => {
  const draw = BINARIZE.sample_each_epoch(3).anew!(fields.grey!, { source: 0, chain: 2 })
  const every = sourceRows.filter((row) => row % 3 === 1)
  const [inFile, inMemory] = [await written(every, { grey: draw }), memoryTable(fields, arrays, COUNT, { grey: draw })]
  for (const epoch of [1, 2, null]) {
    const [found, expected] = [roomFor(fields, 50), roomFor(fields, 50)]
    inFile.read(countUp(20, 50), epoch, found)
    inMemory.read(every.subarray(20, 70), epoch, expected)
    expect(found).toEqual(expected)
  }
})

test('rows without numbers of four bytes are not padded', () => {
  expect(layoutOf({ odd: fields.odd! }).rowBytes).toBe(5)
  expect(layoutOf({ odd: fields.odd!, label: fields.label! }).rowBytes).toBe(12)
})
