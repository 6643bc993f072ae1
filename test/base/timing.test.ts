import { expect, test } from 'vitest'
import { least, median, timesOf } from '../../src/base/timing.js'

test('the median of an odd and of an even number of numbers, in any order', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([10, 1, 3, 2])).toBe(2.5)
  expect(median([7])).toBe(7)
  expect(median([])).toBeNaN()
})

test('the least of very many numbers', () => {
  expect(least(Array.from({ length: 1e6 }, (_, index) => Math.abs(index - 777_777) + 2))).toBe(2)
})

test('as many times as requested, one after another', async () => {
  let running = 0
  let most = 0
  const times = await timesOf(
    async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 1))
      running--
    },
    { most: 4, budgetMs: 60_000 },
  )
  expect(times).toHaveLength(4)
  for (const time of times) expect(time).toBeGreaterThan(0)
  expect(most).toBe(1)
})

test('without a budget once, or as often as it must be', async () => {
  expect(await timesOf(async () => {}, { most: 4, budgetMs: 0 })).toHaveLength(1)
  expect(await timesOf(async () => {}, { most: 4, budgetMs: 0, least: 3 })).toHaveLength(3)
  expect(await timesOf(async () => {}, { most: 2, budgetMs: 0, least: 3 })).toHaveLength(2)
})

test('an error ends it', async () => {
  const failing = () => Promise.reject(new Error('no'))
  await expect(timesOf(failing, { most: 4, budgetMs: 1000 })).rejects.toThrow('no')
})
