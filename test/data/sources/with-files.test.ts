/** Values of files that a column names stand in the rows that name them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Field } from '../../../src/base/field.js'
import { numberField } from '../../../src/data/column.js'
import type { Fitting } from '../../../src/data/pictures/fit.js'
import type { FileColumn } from '../../../src/data/sources/file-column.js'
import type { RawTable } from '../../../src/data/sources/raw-table.js'
import { withFiles } from '../../../src/data/sources/with-files.js'
import { greyPng } from '../../support/png.js'

const COUNT = 40
/** Two rows of this field are made at a time. */
const field: Field = { shape: [2 ** 10, 2 ** 10, 1], dtype: 'uint8', divisor: 1, values: 'real' }
const FITTING: Fitting = {
  image_size: [2 ** 10, 2 ** 10],
  interpolation: 'nearest',
  crop_to_aspect_ratio: false,
  pad_to_aspect_ratio: false,
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'with-files-'))
  for (let row = 0; row < COUNT; row++) writeFileSync(join(folder, `${row}.png`), greyPng(1, 1, row))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A table that uses its array of numbers again for the next rows. */
const table: RawTable = {
  name: 'a.csv',
  columns: { file: 'text', size: 'number' },
  facts: () => Promise.reject(new Error('not asked for')),
  distinct: () => Promise.resolve(null),
  read: () => ({
    columns: { file: { values: 'text' }, size: numberField },
    *rows() {
      const size = new Float32Array(2)
      for (let from = 0; from < COUNT; from += 2) {
        size.set([from, from + 1])
        yield { from, count: 2, columns: { file: [`${from}.png`, `${from + 1}.png`], size } }
      }
    },
  }),
  close() {},
}

test('numbers beside files keep their rows while further files are read ahead', async () => {
  const column: FileColumn = {
    ...{ name: 'made', from: 'file', folder, field },
    pathOf: (text) => join(folder, text),
    decoder: { type: 'picture', channels: 1, fitting: FITTING },
  }
  const { rows } = withFiles(table, [column], { noted: () => {} }).read({ made: 'field', size: 'number' })
  const found: [number, number][] = []
  for await (const { count, columns } of rows()) {
    for (let row = 0; row < count; row++) {
      found.push([(columns.size as Float32Array)[row]!, (columns.made as Uint8Array)[row * 2 ** 20]!])
    }
  }
  expect(found).toEqual(Array.from({ length: COUNT }, (_, row) => [row, row]))
})
