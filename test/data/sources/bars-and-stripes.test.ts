/** Every picture of bars or stripes is there. The two pictures that are both are there twice. */
import { expect, test } from 'vitest'
import { barsAndStripesForm, loadBarsAndStripes } from '../../../src/data/sources/bars-and-stripes.js'
import { resolveData } from '../../support/spec.js'

const picturesOf = async (size: number) => {
  const { train } = await loadBarsAndStripes({ size })
  return Array.from({ length: train.count }, (_, index) => ({
    pixels: [...train.x.subarray(index * size ** 2, (index + 1) * size ** 2)].join(''),
    label: train.y[index]!,
  }))
}

/** Rows and distinct pictures by arithmetic: 2^(n + 1), of which two come twice. */
test.each([
  [2, 8, 6],
  [3, 16, 14],
  [4, 32, 30],
  [5, 64, 62],
])('%s by %s', async (size, rows, distinct) => {
  const pictures = await picturesOf(size)
  expect(pictures).toHaveLength(rows)
  expect(new Set(pictures.map(({ pixels }) => pixels)).size).toBe(distinct)
  for (const value of ['0', '1']) {
    const even = pictures.filter(({ pixels }) => pixels === value.repeat(size ** 2))
    expect(even.map(({ label }) => label)).toEqual([0, 1])
  }
  for (const { pixels, label } of pictures) {
    for (let index = 0; index < size ** 2; index++) {
      const first = label === 0 ? index - (index % size) : index % size
      expect(pixels[index]).toBe(pixels[first])
    }
  }
})

test('of 2 by 2 pixels are these', async () => {
  expect((await picturesOf(2)).map(({ pixels }) => pixels)).toEqual([
    ...['0000', '1100', '0011', '1111'],
    ...['0000', '1010', '0101', '1111'],
  ])
})

test('training and test are the same, of 4 by 4 pixels by default', async () => {
  const data = resolveData('bars-and-stripes')
  expect(data).toMatchObject({ size: 4 })
  const { train, test: tested } = await loadBarsAndStripes({ size: 4 })
  expect(barsAndStripesForm({ size: 4 })).toMatchObject({ train: train.count, test: train.count })
  expect(tested).toEqual(train)
})
