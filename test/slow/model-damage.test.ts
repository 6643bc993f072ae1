/** Damaged and hostile models are imported, or refused in words; nothing is left behind, and memory is bounded. */
import { expect, test } from 'vitest'
import { someCopies } from '../support/damaged.js'
import { importDamaged, importMutated, MODELS } from '../support/damaged-models.js'

const MIB = 2 ** 20

test.each(Object.keys(MODELS))('damaged models %s', async (format) => {
  // a thread reads HDF5, and starts anew for each
  const copies = format === '.h5' ? someCopies(100, 30) : 100
  expect(await importDamaged(format, copies)).toBeGreaterThan(0)
})

test('configurations with values that no program would write', async () => {
  expect(await importMutated(250)).toBeGreaterThan(0)
  expect(process.memoryUsage().rss).toBeLessThan(2048 * MIB)
})
