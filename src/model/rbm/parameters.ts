/** What a restricted Boltzmann machine has learnt, in float64: for exact work, which is no part of a program. */

/** E(v, h) = -b'v - c'h - v'Wh, with W of visible by hidden units. */
export interface RbmParameters {
  readonly visibleUnits: number
  readonly hiddenUnits: number
  /** W, row-major: a row has what one visible unit is to each hidden one. */
  readonly kernel: Float64Array
  /** b */
  readonly visibleBias: Float64Array
  /** c */
  readonly hiddenBias: Float64Array
}

/** Names of the weights, in the order in which a model has them. */
export const RBM_WEIGHTS = {
  kernel: 'rbm/kernel',
  visibleBias: 'rbm/visible_bias',
  hiddenBias: 'rbm/hidden_bias',
  /** Of Gaussian units that learn it. */
  visibleLogVariance: 'rbm/visible_log_variance',
  /** Of a model with labels: (classes, hidden) and (classes). */
  labelKernel: 'rbm/label_kernel',
  labelBias: 'rbm/label_bias',
} as const

/** From weights by name, as a runner reads them or a run has saved them. */
export function rbmParameters(weights: Readonly<Record<string, ArrayLike<number>>>): RbmParameters {
  const named = (name: string): Float64Array => {
    const values = weights[name]
    if (!values) throw new Error(`internal: no weight ${name}`)
    return Float64Array.from(values)
  }
  const visibleBias = named(RBM_WEIGHTS.visibleBias)
  const hiddenBias = named(RBM_WEIGHTS.hiddenBias)
  return {
    visibleUnits: visibleBias.length,
    hiddenUnits: hiddenBias.length,
    kernel: named(RBM_WEIGHTS.kernel),
    visibleBias,
    hiddenBias,
  }
}
