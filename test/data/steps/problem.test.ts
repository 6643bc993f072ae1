/** Values that a step cannot take are listed with their column and their rows in the source. */
import { expect, test } from 'vitest'
import { learn } from '../../../src/data/preparation.js'
import { columnRows, type GivenStep, learnFrom, make, plansOf, sourceOf } from '../../support/steps.js'

const numbers = (...values: number[]) => columnRows({ kind: 'float32', shape: [], values })
const made = async (step: GivenStep, rows: ReturnType<typeof numbers>) =>
  make([step], rows, await learnFrom([step], rows))

test.each([
  ['Log', [1, 0, 2, -3], 'found 0 in row 2, -3 in row 4; must be above 0 for a logarithm'],
  [{ type: 'Log', offset: 1 }, [1, -1], 'found -1 in row 2; must be above -1 for a logarithm'],
  [
    'Log',
    [0, -1, -2, -3, -4, -5, -6],
    'found 0 in row 1, -1 in row 2, -2 in row 3, -3 in row 4, -4 in row 5, and others; must be above 0 for a logarithm',
  ],
  [
    { type: 'CategoryEncoding', num_tokens: 3 },
    [0, 2, 3, 0.5],
    'found 3 in row 3, 0.5 in row 4; must be whole numbers from 0 to 2',
  ],
] as [GivenStep, number[], string][])('%j of %j', async (step, values, message) => {
  await expect(made(step, numbers(...values))).rejects.toThrow(`column "x": ${message}`)
})

test('an array has several values in a row', async () => {
  const rows = columnRows({ kind: 'uint8', shape: [2, 2], values: [1, 2, 3, 4, 5, 0, 7, 8] })
  await expect(made('Log', rows)).rejects.toThrow('found 0 in row 2; must be above 0')
})

test.each([
  [{ type: 'Normalization', axis: 0 }, 'found axis 0 of rows (None, 2, 3), must be 1 to 2 or -1 to -2'],
  [{ type: 'Normalization', axis: [1, -3] }, 'found axis -3 of rows (None, 2, 3), must be 1 to 2 or -1 to -2'],
  [
    { type: 'Normalization', mean: [1, 2], variance: [1, 2] },
    'found 2 numbers in "mean", must be 1 or 3, as in the axis',
  ],
  [{ type: 'Rescaling', scale: [1, 2] }, 'found 2 numbers in "scale", must be 1 or 3, as in the last axis'],
  [
    { type: 'Discretization', bin_boundaries: [1], output_mode: 'count' },
    'found rows with 2 axes, but output_mode "count" takes vectors',
  ],
])('%j does not fit pictures', async (step, message) => {
  const rows = columnRows({ kind: 'float32', shape: [2, 3], values: [1, 2, 3, 4, 5, 6] })
  await expect(made(step, rows)).rejects.toThrow(`column "x": ${message}`)
})

test('rows are those of the source, also if rows for training are drawn from it', async () => {
  const rows = numbers(1, 1, 1, 1, 2.5, 1)
  await expect(learn(plansOf(['IntegerLookup']), sourceOf(rows, 4), Uint32Array.of(1, 4, 5))).rejects.toThrow(
    'column "x": found 2.5 in row 5; must be whole numbers',
  )
})
