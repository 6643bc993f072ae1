/** log Z of Gaussian visible units against sums over a fine grid, and against exact values without weights. */
import { expect, test } from 'vitest'
import { gaussianLogPartition } from '../../../src/model/rbm/gaussian.js'
import { LogSum, softplus } from '../../../src/model/rbm/log-domain.js'
import { expectClose } from '../../support/close.js'
import { randomRbm } from '../../support/rbm.js'
import { gaussianFreeEnergy } from '../../support/rbm-exact.js'

test.each([1, 2, 3])('log Z of 2 visible and 3 hidden units is the sum of e^-F over a grid, seed %d', (seed) => {
  const parameters = randomRbm(2, 3, { seed })
  const STEP = 0.1
  const points = Array.from({ length: 401 }, (_, index) => (index - 200) * STEP)
  const sum = new LogSum()
  for (const a of points) for (const b of points) sum.add(-gaussianFreeEnergy(parameters, [a, b]))
  expectClose([gaussianLogPartition(parameters)], [sum.value + 2 * Math.log(STEP)], 'log Z', { relative: 1e-12 })
})

test('without weights log Z is that of a Gaussian and of each hidden unit alone', () => {
  const parameters = { ...randomRbm(5, 12, { seed: 4 }), kernel: new Float64Array(60) }
  const alone = parameters.hiddenBias.reduce((sum, bias) => sum + softplus(bias), 2.5 * Math.log(2 * Math.PI))
  expectClose([gaussianLogPartition(parameters)], [alone], 'log Z', { relative: 1e-13 })
})

test('too many hidden units are refused', () => {
  expect(() => gaussianLogPartition(randomRbm(4, 26, { seed: 1 }))).toThrow(/4 by 26 units cannot be computed exactly/)
})
