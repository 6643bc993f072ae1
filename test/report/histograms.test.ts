/** Panels of distributions, by the colour of their pixels. */
import { expect, test } from 'vitest'
import { histograms } from '../../src/report/histograms.js'

/** How many pixels of the picture have bars' colour, column by column. */
function bars({ width, height, data }: ReturnType<typeof histograms>): number[] {
  const isBar = (at: number) => data[at] === 70 && data[at + 1] === 110 && data[at + 2] === 160
  return Array.from({ length: width }, (_, x) => {
    let count = 0
    for (let y = 0; y < height; y++) if (isBar(3 * (y * width + x))) count++
    return count
  })
}

test('the height of a bar is its number of values, and the smallest bars are visible', () => {
  const values = Float32Array.from([...Array(1000).fill(0), ...Array(500).fill(1), 2])
  const heights = bars(histograms([{ title: 'values', values }])).filter((height) => height > 0)
  const [most, half, one] = [...new Set(heights)].toSorted((a, b) => b - a)
  expect(half! / most!).toBeCloseTo(0.5, 1)
  expect(one).toBe(2)
})

test.each([
  ['one value', Float32Array.of(3, 3)],
  ['nothing', new Float32Array(0)],
  ['what is not finite', Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 1)],
])('of %s there is a picture too', (_, values) => {
  const one = histograms([{ title: 'a', values }])
  const two = histograms([
    { title: 'a', values },
    { title: 'b', values },
  ])
  expect(two.width).toBe(one.width)
  expect(two.height).toBeGreaterThan(one.height)
})
