/** The mathematics of Bernoulli units. Each number is compared with the same number, computed another way. */
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import { softplus } from '../../../src/model/rbm/log-domain.js'
import { isEnumerable, logPartition } from '../../../src/model/rbm/log-partition.js'
import type { RbmParameters } from '../../../src/model/rbm/parameters.js'
import { expectClose, largestMagnitude } from '../../support/close.js'
import {
  afterStep,
  allStates,
  barsAndStripes,
  bruteLogPartition,
  expectedContrastiveDivergence,
  flat,
  gibbsTransitions,
  momentsUnder,
  randomRbm,
} from '../../support/rbm.js'
import { freeEnergy, logLikelihood, pseudoLikelihood, rowsOf } from '../../support/rbm-exact.js'
import { likelihoodGradient, modelMoments } from '../../support/rbm-exact-gradient.js'

const small = randomRbm(4, 3, { seed: 1 })
const data = Uint8Array.from([1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1])
const sumOf = (values: Iterable<number>) => Array.from(values).reduce((sum, value) => sum + value, 0)

/** p(v) of every state. */
function distribution(parameters: RbmParameters): number[] {
  const logZ = logPartition(parameters)
  return allStates(parameters.visibleUnits).map((v) => Math.exp(-freeEnergy(parameters, v) - logZ))
}

describe('log Z', () => {
  test.each([
    ['of weights and biases near 1', small],
    ['of weights near 10', randomRbm(4, 3, { seed: 2, weights: 10 })],
    ['of one side with a single unit', randomRbm(5, 1, { seed: 3 })],
  ])('%s is the same over v, over h, and over all pairs', (_, parameters) => {
    const brute = bruteLogPartition(parameters)
    expectClose([logPartition(parameters, 'visible')], [brute], 'over v', { relative: 0, absolute: 1e-10 })
    expectClose([logPartition(parameters, 'hidden')], [brute], 'over h', { relative: 0, absolute: 1e-10 })
  })

  test.each([800, -800])('is exact with biases of %d, where e^x is no float64', (bias) => {
    const moved = (values: Float64Array) => values.map((value, index) => value + (index % 2 === 0 ? bias : 0))
    const parameters = { ...small, visibleBias: moved(small.visibleBias), hiddenBias: moved(small.hiddenBias) }
    const brute = bruteLogPartition(parameters)
    expectClose([logPartition(parameters, 'visible')], [brute], 'over v', { relative: 0, absolute: 1e-10 })
    expectClose([logPartition(parameters, 'hidden')], [brute], 'over h', { relative: 0, absolute: 1e-10 })
  })

  test('is exact after many products: 11 hidden units, and inputs of which some leave the range of e^x', () => {
    const wide = randomRbm(40, 11, { seed: 4, weights: 3, biases: 5 })
    wide.kernel.fill(90, 0, 11)
    const terms = allStates(11).map((h) => {
      const inputs = Array.from(
        wide.visibleBias,
        (bias, i) => bias + sumOf(h.map((on, j) => on * wide.kernel[i * 11 + j]!)),
      )
      return sumOf(h.map((on, j) => on * wide.hiddenBias[j]!)) + sumOf(inputs.map(softplus))
    })
    const most = Math.max(...terms)
    const direct = most + Math.log(sumOf(terms.map((term) => Math.exp(term - most))))
    expectClose([logPartition(wide, 'hidden')], [direct], 'log Z', { relative: 1e-13 })
  })

  test('without weights is the sum of each unit alone', () => {
    const apart = { ...small, kernel: new Float64Array(12) }
    const alone = sumOf([...small.visibleBias, ...small.hiddenBias].map(softplus))
    expectClose([logPartition(apart)], [alone], 'log Z', { relative: 0, absolute: 1e-12 })
  })

  test('of too many units is refused, with a remedy', () => {
    const [isBinary, isReal] = [{ isBinary: true }, { isBinary: false }]
    expect(isEnumerable({ visibleUnits: 784, hiddenUnits: 25 }, isBinary)).toBe(true)
    expect(isEnumerable({ visibleUnits: 26, hiddenUnits: 26 }, isBinary)).toBe(false)
    expect(isEnumerable({ visibleUnits: 4, hiddenUnits: 26 }, isBinary)).toBe(true)
    expect(isEnumerable({ visibleUnits: 4, hiddenUnits: 26 }, isReal)).toBe(false)
    const large = randomRbm(30, 26, { seed: 1 })
    expect(() => logPartition(large)).toThrow(UserError)
    expect(() => logPartition(large)).toThrow(/30 by 26 units .* at most 25 .* annealed importance sampling/)
  })
})

describe('the gradient of the log-likelihood', () => {
  test('equals central differences', () => {
    const STEP = 1e-5
    const likelihood = (parameters: RbmParameters) => logLikelihood(parameters, data, logPartition(parameters))
    const slopes = (key: 'kernel' | 'visibleBias' | 'hiddenBias') =>
      Array.from(small[key], (value, index) => {
        const moved = (by: number) => likelihood({ ...small, [key]: small[key].with(index, value + by) })
        return (moved(STEP) - moved(-STEP)) / (2 * STEP)
      })
    const measured = [...slopes('kernel'), ...slopes('visibleBias'), ...slopes('hiddenBias')]
    expect(measured).toHaveLength(19)
    const gradient = flat(likelihoodGradient(small, data))
    expectClose(gradient, measured, 'gradient', { relative: 0, absolute: 1e-8 })
  })

  test('is 0 on average over samples of the model', () => {
    const p = distribution(small)
    const scores = allStates(4).map((v) => flat(likelihoodGradient(small, v)))
    const means = scores[0]!.map((_, index) => sumOf(scores.map((score, state) => p[state]! * score[index]!)))
    expect(largestMagnitude(means)).toBeLessThan(1e-14)
  })

  test('is the same over v and over h', () => {
    const tall = randomRbm(3, 5, { seed: 6 })
    expectClose(flat(modelMoments(tall)), flat(momentsUnder(tall, distribution(tall))), 'moments', {
      relative: 0,
      absolute: 1e-14,
    })
  })
})

describe('Gibbs sampling', () => {
  const transitions = gibbsTransitions(small)
  const p = distribution(small)

  test('does not change p(v), is in detailed balance, and its probabilities sum to 1', () => {
    expect(Math.abs(sumOf(p) - 1)).toBeLessThan(1e-14)
    for (const row of transitions) expect(Math.abs(sumOf(row) - 1)).toBeLessThan(1e-14)
    expectClose(afterStep(p, transitions), p, 'p T', { relative: 0, absolute: 1e-14 })
    const flow = (from: number, to: number) => p[from]! * transitions[from]![to]!
    for (let from = 0; from < 16; from++) {
      for (let to = 0; to < from; to++) expect(Math.abs(flow(from, to) - flow(to, from))).toBeLessThan(1e-14)
    }
  })

  test('the error of expected CD-k falls to 0 as k grows', () => {
    const gradient = flat(likelihoodGradient(small, data))
    const errors = [1, 2, 5, 10, 50].map((k) => {
      const expected = flat(expectedContrastiveDivergence(small, data, k))
      return largestMagnitude(expected.map((value, index) => value - gradient[index]!))
    })
    for (const [index, error] of errors.slice(1).entries()) expect(error).toBeLessThan(errors[index]!)
    expect(errors[0]).toBeGreaterThan(1e-3)
    expect(errors.at(-1)).toBeLessThan(1e-13)
  })
})

test('exact pseudo-likelihood is the sum over all bits of log p(v_i | the others)', () => {
  const logZ = logPartition(small)
  const logP = (v: Float64Array) => -freeEnergy(small, v) - logZ
  const direct = rowsOf(small, data).map((row) =>
    sumOf(row.map((bit, i) => logP(row) - Math.log(Math.exp(logP(row)) + Math.exp(logP(row.with(i, 1 - bit)))))),
  )
  expectClose([pseudoLikelihood(small, data)], [sumOf(direct) / 4], 'log PL', { relative: 1e-12 })
})

describe('limits', () => {
  test.each([
    ['without weights', { ...small, kernel: new Float64Array(12) }],
    ['without hidden units', randomRbm(4, 0, { seed: 1 })],
  ])('%s the likelihood is that of independent units', (_, parameters) => {
    const alone = rowsOf(parameters, data).map((row) =>
      sumOf(
        row.map((bit, i) => (bit ? -softplus(-parameters.visibleBias[i]!) : -softplus(parameters.visibleBias[i]!))),
      ),
    )
    const expected = [sumOf(alone) / 4]
    const likelihood = logLikelihood(parameters, data, logPartition(parameters, 'hidden'))
    expectClose([likelihood], expected, 'log-likelihood', { relative: 1e-12 })
    expectClose([pseudoLikelihood(parameters, data)], expected, 'pseudo-likelihood', { relative: 1e-12 })
  })

  test('one hidden unit is a mixture of two products', () => {
    const one = randomRbm(4, 1, { seed: 8 })
    const part = (on: number) =>
      on * one.hiddenBias[0]! + sumOf(one.visibleBias.map((bias, i) => softplus(bias + on * one.kernel[i]!)))
    const direct = Math.log(Math.exp(part(0)) + Math.exp(part(1)))
    expectClose([logPartition(one)], [direct], 'log Z', { relative: 1e-12 })
  })

  test('no model does better on bars and stripes than their own distribution', () => {
    const rows = barsAndStripes(2)
    const bound = (-4 * Math.log(8) - 4 * Math.log(4)) / 8
    for (let seed = 0; seed < 20; seed++) {
      const parameters = randomRbm(4, 4, { seed, weights: 3 })
      expect(logLikelihood(parameters, rows, logPartition(parameters))).toBeLessThan(bound)
    }
  })
})

describe('p(v) does not change', () => {
  const p = distribution(small)

  test('when hidden units change places', () => {
    const order = [2, 0, 1]
    const permuted: RbmParameters = {
      ...small,
      kernel: small.kernel.map((_, at) => small.kernel[at - (at % 3) + order[at % 3]!]!),
      hiddenBias: small.hiddenBias.map((_, j) => small.hiddenBias[order[j]!]!),
    }
    expectClose(distribution(permuted), p, 'p(v)', { relative: 1e-12 })
  })

  test('when a hidden unit is inverted; log Z falls by its bias', () => {
    const j = 1
    const turned: RbmParameters = {
      ...small,
      kernel: small.kernel.map((weight, at) => (at % 3 === j ? -weight : weight)),
      hiddenBias: small.hiddenBias.map((bias, unit) => (unit === j ? -bias : bias)),
      visibleBias: small.visibleBias.map((bias, i) => bias + small.kernel[i * 3 + j]!),
    }
    expectClose(distribution(turned), p, 'p(v)', { relative: 1e-12 })
    expectClose([logPartition(turned)], [logPartition(small) - small.hiddenBias[j]!], 'log Z', { relative: 1e-12 })
  })
})
