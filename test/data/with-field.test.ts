/** A field is replaced, and the others stay as they are. */
import { expect, test } from 'vitest'
import { withField } from '../../src/data/with-field.js'
import { formOf, storedOf, tableOf, X, Y } from '../support/data.js'

test.each([1, 2, 5, 9])('in batches of %s rows', async (batchSize) => {
  const x = Float32Array.from({ length: 10 }, (_, at) => at)
  const y = Int32Array.of(0, 1, 2, 0, 1)
  const table = tableOf(formOf({ shape: [2], classes: 3 }), x, y)
  const field = { shape: [], dtype: 'float32', divisor: 1, values: 'real' } as const
  const made = await withField(
    table,
    X,
    field,
    async ({ size, arrays }) =>
      Float32Array.from({ length: size }, (_, row) => arrays[X]![2 * row]! + 100 * arrays[Y]![row]!),
    batchSize,
  )
  expect(made.fields).toEqual({ [X]: field, [Y]: table.fields[Y] })
  expect(made.count).toBe(5)
  expect(storedOf(made)).toEqual({ x: Float32Array.of(0, 102, 204, 6, 108), y })
})
