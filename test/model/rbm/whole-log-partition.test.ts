/** log Z of Gaussian units of any variance, and of labels, against sums over all states and over a fine grid. */
import { describe, test } from 'vitest'
import { LogSum } from '../../../src/model/rbm/log-domain.js'
import { RBM_WEIGHTS } from '../../../src/model/rbm/parameters.js'
import { wholeLogPartition } from '../../../src/model/rbm/whole-log-partition.js'
import { expectClose } from '../../support/close.js'
import { allStates, randomNumbers } from '../../support/rbm.js'

const [D, H, C] = [2, 3, 4]

function weightsOf({ seed, labels, variances }: { seed: number; labels: boolean; variances: boolean }) {
  const random = randomNumbers(seed)
  const normals = (length: number) => Float64Array.from({ length }, () => random.normal())
  return {
    [RBM_WEIGHTS.kernel]: normals(D * H),
    [RBM_WEIGHTS.visibleBias]: normals(D),
    [RBM_WEIGHTS.hiddenBias]: normals(H),
    ...(variances && { [RBM_WEIGHTS.visibleLogVariance]: normals(D).map((z) => z / 2) }),
    ...(labels && { [RBM_WEIGHTS.labelKernel]: normals(C * H), [RBM_WEIGHTS.labelBias]: normals(C) }),
  }
}

type Weights = Readonly<Record<string, ArrayLike<number>>>

/** -E(v, y, h), straight from what docs/rbm.md says. */
function minusEnergy(weights: Weights, isBinary: boolean, v: readonly number[], y: number, h: ArrayLike<number>) {
  const named = (name: keyof typeof RBM_WEIGHTS) => weights[RBM_WEIGHTS[name]]
  const [w, b, c, z, u, d] = [
    named('kernel')!,
    named('visibleBias')!,
    named('hiddenBias')!,
    named('visibleLogVariance'),
    named('labelKernel'),
    named('labelBias'),
  ]
  let sum = d?.[y] ?? 0
  for (let j = 0; j < H; j++) sum += h[j]! * (c[j]! + (u?.[y * H + j] ?? 0))
  for (let i = 0; i < D; i++) {
    const variance = Math.exp(z?.[i] ?? 0)
    sum += isBinary ? b[i]! * v[i]! : -((v[i]! - b[i]!) ** 2) / (2 * variance)
    for (let j = 0; j < H; j++) sum += (isBinary ? v[i]! : v[i]! / variance) * w[i * H + j]! * h[j]!
  }
  return sum
}

/** log of the sum of e^-E over these v, all labels and all h. */
function logSumOver(visible: readonly (readonly number[])[], weights: Weights, isBinary: boolean) {
  const sum = new LogSum()
  const classes = weights[RBM_WEIGHTS.labelBias]?.length ?? 1
  for (const v of visible) {
    for (let y = 0; y < classes; y++) for (const h of allStates(H)) sum.add(minusEnergy(weights, isBinary, v, y, h))
  }
  return sum.value
}

describe.each([1, 2])('seed %d', (seed) => {
  test('labels beside Bernoulli units', () => {
    const weights = weightsOf({ seed, labels: true, variances: false })
    const expected = logSumOver(
      allStates(D).map((v) => [...v]),
      weights,
      true,
    )
    expectClose([wholeLogPartition(weights, { isBinary: true })], [expected], 'log Z', { relative: 1e-12 })
  })

  test.each([
    ['of variance 1', { labels: false, variances: false }],
    ['of other variances', { labels: false, variances: true }],
    ['of other variances, with labels', { labels: true, variances: true }],
  ])('Gaussian units %s', (_, kind) => {
    const STEP = 0.2
    const points = Array.from({ length: 201 }, (__, index) => (index - 100) * STEP)
    const grid = points.flatMap((a) => points.map((b) => [a, b]))
    const weights = weightsOf({ seed, ...kind })
    const expected = logSumOver(grid, weights, false) + 2 * Math.log(STEP)
    expectClose([wholeLogPartition(weights, { isBinary: false })], [expected], 'log Z', { relative: 1e-10 })
  })
})
