/** Damaged and hostile models are imported, or refused in words; nothing is left behind, and memory is bounded. */
import { expect, test } from 'vitest'
import { someCopies } from '../support/damaged.js'
import { importDamaged, importMutated, MODELS } from '../support/damaged-models.js'

const MIB = 2 ** 20

test.each(Object.keys(MODELS))('damaged models %s', async (format) => {
  // the 87th leads the HDF5 library in a circle, which is given up after a minute (test/data/arrays/hdf5.full.test.ts)
  const copies = format === '.h5' ? someCopies(100, 86) : 100
  expect(await importDamaged(format, copies)).toBeGreaterThan(0)
})

test('configurations with values that no program would write', async () => {
  expect(await importMutated(250)).toBeGreaterThan(0)
  expect(process.memoryUsage().rss).toBeLessThan(2048 * MIB)
})
