/** Work that must run alone waits for other work, and lets none begin. */
import { expect, test } from 'vitest'
import { beside, byItself } from '../../../src/data/pictures/gate.js'

test('nothing runs beside work that runs by itself', async () => {
  let running = 0
  const seen: number[] = []
  const work = (name: 'beside' | 'alone') => async () => {
    running++
    if (name === 'alone') seen.push(running)
    await new Promise((done) => setTimeout(done, 2))
    if (name === 'alone') seen.push(running)
    running--
  }
  await Promise.all(
    Array.from({ length: 30 }, (_, index) => (index % 7 === 3 ? byItself(work('alone')) : beside(work('beside')))),
  )
  expect(seen).toEqual(new Array(8).fill(1))
})

test('a failure of work that runs by itself stops nothing else', async () => {
  const failing = byItself(async () => {
    throw new Error('no')
  })
  const next = beside(async () => 'done')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('done')
})
