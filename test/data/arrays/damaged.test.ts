/** Damaged files of arrays are read, or refused in words. `test/slow` tries more of them. */
import { expect, test } from 'vitest'
import { FILES, readDamaged } from '../../support/damaged-arrays.js'

const ENDINGS = Object.keys(FILES).filter((ending) => ending !== '.h5')

test.each(ENDINGS)('damaged files %s', async (ending) => {
  const { read, refused } = await readDamaged(ending, 100)
  expect(read + refused).toBeGreaterThanOrEqual(100)
  expect(refused).toBeGreaterThan(0)
})
