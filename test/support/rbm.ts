/** Small restricted Boltzmann machines, and exact values by a sum over all states. */
import { PURPOSE, RandomStream } from '../../src/base/philox.js'
import type { Slot } from '../../src/base/slot.js'
import { buildClassRbm } from '../../src/model/rbm/class-rbm.js'
import { LogSum } from '../../src/model/rbm/log-domain.js'
import { RBM_WEIGHTS, type RbmParameters } from '../../src/model/rbm/parameters.js'
import { buildRbm, type Rbm } from '../../src/model/rbm/rbm.js'
import { givenLabel } from '../../src/model/rbm/whole-log-partition.js'
import type { RbmSpec } from '../../src/spec/rbm.js'
import { specSchema } from '../../src/spec/spec.js'
import { energy, hiddenProbabilities, rowsOf, visibleProbabilities } from './rbm-exact.js'
import { likelihoodGradient, type RbmMoments } from './rbm-exact-gradient.js'

export const randomNumbers = (seed: number): RandomStream =>
  new RandomStream({ seed, purpose: PURPOSE.sample, stream: 0, step: 0 })

interface RandomOptions {
  readonly seed: number
  /** Standard deviations of the weights and of the biases. */
  readonly weights?: number
  readonly biases?: number
}

export function randomRbm(
  visibleUnits: number,
  hiddenUnits: number,
  { seed, weights = 1, biases = 1 }: RandomOptions,
): RbmParameters {
  const random = randomNumbers(seed)
  const normals = (length: number, deviation: number) =>
    Float64Array.from({ length }, () => deviation * random.normal())
  return {
    visibleUnits,
    hiddenUnits,
    kernel: normals(visibleUnits * hiddenUnits, weights),
    visibleBias: normals(visibleUnits, biases),
    hiddenBias: normals(hiddenUnits, biases),
  }
}

/** All 20 units on, or none; between them e^-E is at most e^-40 of what it is there. */
export const twoModes: RbmParameters = {
  visibleUnits: 10,
  hiddenUnits: 10,
  kernel: new Float64Array(100).fill(2),
  visibleBias: new Float64Array(10).fill(-10),
  hiddenBias: new Float64Array(10).fill(-10),
}

/** The parameters in float32, as programs use them. */
export function inFloat32(parameters: RbmParameters): RbmParameters {
  const rounded = (values: Float64Array) => values.map(Math.fround)
  const { kernel, visibleBias, hiddenBias } = parameters
  return {
    ...parameters,
    kernel: rounded(kernel),
    visibleBias: rounded(visibleBias),
    hiddenBias: rounded(hiddenBias),
  }
}

/** The weights of a program, which begins with these parameters. */
export function weightSlots({ visibleUnits, hiddenUnits, ...values }: RbmParameters): Slot[] {
  const slot = (key: keyof typeof values, shape: readonly number[]): Slot => ({
    name: RBM_WEIGHTS[key],
    shape,
    role: 'weight',
    initial: () => Float32Array.from(values[key]),
  })
  return [
    slot('kernel', [visibleUnits, hiddenUnits]),
    slot('visibleBias', [visibleUnits]),
    slot('hiddenBias', [hiddenUnits]),
  ]
}

/** A machine of so many Bernoulli units; its weights are given by whoever asks it. */
export const bernoulliRbm = (parameters: RbmParameters): Rbm =>
  buildRbm(specOf(parameters), parameters.visibleUnits, 1, halves(parameters))

const specOf = ({ hiddenUnits }: RbmParameters): RbmSpec =>
  specSchema.parse({ data: 'mnist', model: { type: 'RBM', hidden_units: hiddenUnits } }).model as RbmSpec

const halves =
  ({ visibleUnits }: RbmParameters) =>
  () =>
    new Float64Array(visibleUnits).fill(0.5)

/** The machine with labels of random weights beside its visible units, and what is left of it given one of them. */
export function labelledRbm(parameters: RbmParameters, classes: number, { seed }: RandomOptions) {
  const { visibleUnits, hiddenUnits } = parameters
  const random = randomNumbers(seed)
  const normals = (length: number) => Float32Array.from({ length }, () => random.normal())
  const [kernel, bias] = [normals(classes * hiddenUnits), normals(classes)]
  const slot = (name: string, shape: readonly number[], values: Float32Array): Slot => ({
    ...{ name, shape, role: 'weight', initial: () => values },
  })
  return {
    rbm: buildClassRbm(specOf(parameters), { visibleUnits, classes }, 1, halves(parameters)),
    weights: [
      ...weightSlots(parameters),
      slot(RBM_WEIGHTS.labelKernel, [classes, hiddenUnits], kernel),
      slot(RBM_WEIGHTS.labelBias, [classes], bias),
    ],
    given: (label: number) => givenLabel(parameters, { [RBM_WEIGHTS.labelKernel]: kernel }, label),
  }
}

/** After so many steps up the exact gradient. */
export function trainedExactly(
  parameters: RbmParameters,
  rows: ArrayLike<number>,
  { steps, rate }: { readonly steps: number; readonly rate: number },
): RbmParameters {
  let now = parameters
  for (let step = 0; step < steps; step++) {
    const gradient = likelihoodGradient(now, rows)
    const moved = (key: keyof RbmMoments) => now[key].map((value, index) => value + rate * gradient[key][index]!)
    now = { ...now, kernel: moved('kernel'), visibleBias: moved('visibleBias'), hiddenBias: moved('hiddenBias') }
  }
  return now
}

/** Every state of so many binary units; unit i is bit i of a state's number. */
export const allStates = (units: number): Float64Array[] =>
  Array.from({ length: 2 ** units }, (_, state) => Float64Array.from({ length: units }, (__, i) => (state >> i) & 1))

/** log of the sum of e^-E over every state of both sides. */
export function bruteLogPartition(parameters: RbmParameters): number {
  const sum = new LogSum()
  for (const v of allStates(parameters.visibleUnits)) {
    for (const h of allStates(parameters.hiddenUnits)) sum.add(-energy(parameters, v, h))
  }
  return sum.value
}

/** How often the states of `units` independent units are seen, in the order of `allStates`. */
const independent = (probabilities: Float64Array): number[] =>
  allStates(probabilities.length).map((state) =>
    state.reduce((product, on, i) => product * (on ? probabilities[i]! : 1 - probabilities[i]!), 1),
  )

/** T of one step of Gibbs sampling, from v over h to the next v; a row sums to 1. */
export function gibbsTransitions(parameters: RbmParameters): number[][] {
  const next = allStates(parameters.hiddenUnits).map((h) => independent(visibleProbabilities(parameters, h)))
  return allStates(parameters.visibleUnits).map((v) => {
    const hidden = independent(hiddenProbabilities(parameters, v))
    return next[0]!.map((_, to) => hidden.reduce((sum, p, h) => sum + p * next[h]![to]!, 0))
  })
}

/** The distribution q T: where chains are that were at q one step before. */
export const afterStep = (q: readonly number[], transitions: readonly (readonly number[])[]): number[] =>
  q.map((_, to) => q.reduce((sum, p, from) => sum + p * transitions[from]![to]!, 0))

/** How often each state of the visible units is among the rows. */
export function frequencies(parameters: RbmParameters, rows: ArrayLike<number>): number[] {
  const counts = new Array<number>(2 ** parameters.visibleUnits).fill(0)
  const each = rowsOf(parameters, rows)
  for (const row of each) counts[row.reduce((state, on, i) => state + (on ? 2 ** i : 0), 0)]! += 1 / each.length
  return counts
}

/** Mean of v p(h|v)', v and p(h|v) where v has the distribution q over all its states. */
export function momentsUnder(parameters: RbmParameters, q: readonly number[]): RbmMoments {
  const { visibleUnits, hiddenUnits } = parameters
  const moments = {
    kernel: new Float64Array(visibleUnits * hiddenUnits),
    visibleBias: new Float64Array(visibleUnits),
    hiddenBias: new Float64Array(hiddenUnits),
  }
  for (const [state, v] of allStates(visibleUnits).entries()) {
    const p = hiddenProbabilities(parameters, v)
    for (const [i, on] of v.entries()) moments.visibleBias[i]! += q[state]! * on
    for (const [j, pj] of p.entries()) {
      moments.hiddenBias[j]! += q[state]! * pj
      for (const [i, on] of v.entries()) moments.kernel[i * hiddenUnits + j]! += q[state]! * on * pj
    }
  }
  return moments
}

/** The expected gradient of CD-k: its chains start at the data and are sampled k times. */
export function expectedContrastiveDivergence(
  parameters: RbmParameters,
  rows: ArrayLike<number>,
  k: number,
): RbmMoments {
  const transitions = gibbsTransitions(parameters)
  const start = frequencies(parameters, rows)
  let q = start
  for (let step = 0; step < k; step++) q = afterStep(q, transitions)
  const [data, model] = [momentsUnder(parameters, start), momentsUnder(parameters, q)]
  const less = (a: Float64Array, b: Float64Array) => a.map((value, index) => value - b[index]!)
  return {
    kernel: less(data.kernel, model.kernel),
    visibleBias: less(data.visibleBias, model.visibleBias),
    hiddenBias: less(data.hiddenBias, model.hiddenBias),
  }
}

/** All numbers of moments or parameters, one after another. */
export const flat = ({ kernel, visibleBias, hiddenBias }: RbmMoments): number[] => [
  ...kernel,
  ...visibleBias,
  ...hiddenBias,
]

/** Rows of n x n pixels in which whole rows are on, or whole columns; the empty and the full one twice. */
export function barsAndStripes(n: number): Uint8Array {
  const patterns = allStates(n).flatMap((lines) => [
    Array.from({ length: n * n }, (_, pixel) => lines[pixel % n]!),
    Array.from({ length: n * n }, (_, pixel) => lines[Math.floor(pixel / n)]!),
  ])
  return Uint8Array.from(patterns.flat())
}

/** Chi-square of 15 degrees of freedom that is exceeded with probability .001. */
export const CHI_SQUARE_15 = 37.697

/** Sum over the states of (seen - expected)^2 / expected. */
export const chiSquare = (seen: readonly number[], expected: readonly number[]): number =>
  seen.reduce((sum, count, state) => sum + (count - expected[state]!) ** 2 / expected[state]!, 0)
