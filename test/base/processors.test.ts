import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { processors } from '../../src/base/processors.js'

test('the environment bounds the number of processors, and cannot raise it', () => {
  const all = availableParallelism()
  expect(processors({})).toBe(all)
  expect(processors({ TRAINSPEC_PROCESSORS: '1' })).toBe(1)
  expect(processors({ TRAINSPEC_PROCESSORS: String(all + 1) })).toBe(all)
  for (const nonsense of ['', '0', '-1', 'all', '1.5']) expect(processors({ TRAINSPEC_PROCESSORS: nonsense })).toBe(all)
})
