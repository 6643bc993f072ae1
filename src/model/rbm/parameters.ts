/** Learned parameters of a restricted Boltzmann machine in float64, for exact computations outside of programs. */

/** Parameters of E(v, h) = -b'v - c'h - v'Wh. */
export interface RbmParameters {
  readonly visibleUnits: number
  readonly hiddenUnits: number
  /** W (visible, hidden), row-major. */
  readonly kernel: Float64Array
  /** b */
  readonly visibleBias: Float64Array
  /** c */
  readonly hiddenBias: Float64Array
}

/** Names of the weights, in the order of a model's weights. */
export const RBM_WEIGHTS = {
  kernel: 'rbm/kernel',
  visibleBias: 'rbm/visible_bias',
  hiddenBias: 'rbm/hidden_bias',
  /** For Gaussian units that learn their variance: (visible). */
  visibleLogVariance: 'rbm/visible_log_variance',
  /** For a model with labels: (classes, hidden) and (classes). */
  labelKernel: 'rbm/label_kernel',
  labelBias: 'rbm/label_bias',
} as const

/** Makes parameters of weights by name, as a runner reads them or a run saves them. */
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

/** c + W'v */
export function hiddenInputs(
  { hiddenBias, kernel }: RbmParameters,
  visible: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const inputs = Float64Array.from(hiddenBias)
  for (let i = 0, at = 0; i < visible.length; i++) {
    const value = visible[i]!
    for (let j = 0; j < inputs.length; j++) inputs[j]! += value * kernel[at++]!
  }
  return inputs
}
