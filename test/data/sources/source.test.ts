/** Rows are cut into pieces that are the same rows. */
import { expect, test } from 'vitest'
import type { Column } from '../../../src/data/column.js'
import { inPieces } from '../../../src/data/sources/source.js'

const columns: Record<string, Column> = {
  text: { values: 'text' },
  pair: { shape: [2], dtype: 'float32', divisor: 1, values: 'real' },
}
const rows = {
  from: 10,
  count: 5,
  columns: { text: ['a', 'b', null, 'd', 'e'], pair: Float32Array.from({ length: 10 }, (_, at) => at) },
}

test.each([1, 2, 3, 5, 9])('of at most %i', (most) => {
  const pieces = [...inPieces(rows, columns, most)]
  expect(pieces.every(({ count }) => count <= most)).toBe(true)
  expect(pieces.map(({ from }) => from)).toEqual(pieces.map((_, index) => 10 + index * Math.min(most, 5)))
  expect(pieces.flatMap(({ columns }) => [...columns.text!])).toEqual(rows.columns.text)
  expect(pieces.flatMap(({ columns }) => [...columns.pair!])).toEqual([...rows.columns.pair])
})
