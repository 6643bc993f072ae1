/** The 8 x 8 digits are those of scikit-learn, scaled and moved as in its example of an RBM. */
import { expect, test } from 'vitest'
import { digitsForm, loadDigits } from '../../../src/data/sources/digits.js'
import type { Samples } from '../../../src/data/sources/set.js'

const PIXELS = 64

const rowsOf = ({ count, x, y }: Samples) =>
  Array.from({ length: count }, (_, row) => ({ pixels: x.subarray(row * PIXELS, (row + 1) * PIXELS), label: y[row]! }))

const loaded = async (shifted: boolean) => {
  const { train, test: tested } = await loadDigits({ shifted })
  return [...rowsOf(train), ...rowsOf(tested)]
}

const sumOf = (rows: { pixels: Samples['x'] }[]) =>
  rows.reduce((sum, { pixels }) => sum + [...pixels].reduce((one, value) => one + value), 0)

const countsOf = (rows: { label: number }[]) =>
  Array.from({ length: 10 }, (_, digit) => rows.filter(({ label }) => label === digit).length)

/** Digits in each class, as UCI lists them. */
const COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]

// sums of `minmax_scale(X)` in scikit-learn 1.9.1, X from `load_digits` and with `nudge_dataset`
test.each([
  [false, 1797, 35323.99308913946],
  [true, 8985, 167146.94827652723],
])('with shifts: %s', async (shifted, count, sum) => {
  const rows = await loaded(shifted)
  expect(rows).toHaveLength(count)
  expect(countsOf(rows)).toEqual(COUNTS.map((one) => one * (shifted ? 5 : 1)))
  expect(sumOf(rows)).toBeCloseTo(sum, 2)
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const values = rows.map(({ pixels }) => pixels[pixel]!)
    expect(Math.min(...values)).toBe(0)
    // in no digit is the first pixel of the first or the middle row ever dark, nor the last of the latter
    expect(Math.max(...values)).toBe(!shifted && [0, 32, 39].includes(pixel) ? 0 : 1)
  }
})

test('each digit is there five times, four of them moved by a pixel', async () => {
  const alone = await loaded(false)
  const rows = await loaded(true)
  const dark = (pixels: Samples['x']) => [...pixels].map((value) => (value > 0 ? '#' : '.')).join('')
  const seen = new Set(rows.map(({ pixels, label }) => `${label}${dark(pixels)}`))
  const moves = [0, -8, 8, -1, 1]
  for (const { pixels, label } of alone.slice(0, 200)) {
    for (const by of moves) {
      const moved = Float32Array.from({ length: PIXELS }, (_, index) => {
        const from = index - by
        const stays = Math.abs(by) === 1 ? Math.floor(from / 8) === Math.floor(index / 8) : true
        return from >= 0 && from < PIXELS && stays ? pixels[from]! : 0
      })
      expect(seen).toContain(`${label}${dark(moved)}`)
    }
  }
})

test('they are shuffled, four of five for training', async () => {
  const { train, test: tested } = await loadDigits({ shifted: true })
  expect([train.count, tested.count]).toEqual([7188, 1797])
  const form = digitsForm({ shifted: true })
  expect([form.train, form.test]).toEqual([7188, 1797])
  for (const share of countsOf(rowsOf(tested)).map((count, digit) => count / (5 * COUNTS[digit]!))) {
    expect(Math.abs(share - 0.2)).toBeLessThan(0.05)
  }
})
