/** Speed can be measured on every engine. No test depends on the speed itself. */
import { expect, test } from 'vitest'
import { openEngine } from '../../src/engine/registry.js'
import { productSpeed, updateSpeed } from '../../src/engine/speed.js'
import { engineNames } from '../support/engines.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

test.each(engineNames)('of engine %s', async (name) => {
  const { engine } = await openEngine(name)
  for (const measure of [productSpeed, updateSpeed]) {
    const { size, runs, perSecond } = await measure(engine)
    expect(Math.log2(size)).toSatisfy(Number.isInteger)
    expect(runs).toBeGreaterThanOrEqual(3)
    expect(perSecond).toBeGreaterThan(0)
    expect(perSecond).toSatisfy(Number.isFinite)
  }
})
