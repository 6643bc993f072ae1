/** Tensors in tests: tfjs' plain backend, and a check that they are freed. */
import { enableProdMode, memory } from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import '../../src/model/gradients.js'
import { afterEach, beforeEach, expect } from 'vitest'

enableProdMode() // tfjs then prints no advice

/** Every test of a file that calls this must leave as many tensors as it found. */
export function expectNoTensorLeaks(): void {
  let before = 0
  beforeEach(() => {
    before = memory().numTensors
  })
  afterEach(() => {
    expect(memory().numTensors, 'tensors left after the test').toBe(before)
  })
}
