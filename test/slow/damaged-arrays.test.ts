/** A thousand damaged files of each format of arrays are read, or refused in words. */
import { expect, test } from 'vitest'
import { FILES, readDamaged } from '../support/damaged-arrays.js'

test.each(Object.keys(FILES))('damaged files %s', async (ending) => {
  const { read, refused } = await readDamaged(ending, 1000)
  expect(read + refused).toBeGreaterThanOrEqual(1000)
  expect(refused).toBeGreaterThan(0)
})
