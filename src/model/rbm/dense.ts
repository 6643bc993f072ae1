/**
 * Trained RBMs as Dense layers: forward the mean of h is f(c + v W), backward the mean of v is g(b + h W'). If a
 * visible unit has a variance of its own, hidden units see v / sigma^2; the forward kernel includes that division.
 */
import { RBM_WEIGHTS } from './parameters.js'

/** Names of the layers made of each RBM, in the order of the RBMs. */
export interface DenseNames {
  readonly forward: readonly string[]
  readonly backward: readonly string[]
}

/** Returns the weights of the layers by name, from the weights of each RBM by name. */
export function denseWeights(
  rbms: readonly Readonly<Record<string, Float32Array>>[],
  { forward, backward }: DenseNames,
): Record<string, Float32Array> {
  const weights: Record<string, Float32Array> = {}
  for (const [index, rbm] of rbms.entries()) {
    const named = (name: keyof typeof RBM_WEIGHTS) => rbm[RBM_WEIGHTS[name]]!
    const [kernel, visibleBias, hiddenBias] = [named('kernel'), named('visibleBias'), named('hiddenBias')]
    const [layer, back] = [forward[index], backward[index]]
    const seen = overVariances(kernel, rbm[RBM_WEIGHTS.visibleLogVariance])
    Object.assign(weights, { [`${layer}/kernel`]: seen, [`${layer}/bias`]: hiddenBias })
    if (back === undefined) continue
    Object.assign(weights, { [`${back}/kernel`]: transposed(kernel, hiddenBias.length), [`${back}/bias`]: visibleBias })
  }
  return weights
}

/** Divides each row by the variance of its visible unit. */
function overVariances(kernel: Float32Array, logVariances: Float32Array | undefined): Float32Array {
  if (logVariances === undefined) return kernel
  const columns = kernel.length / logVariances.length
  return kernel.map((value, at) => value * Math.exp(-logVariances[Math.floor(at / columns)]!))
}

/** Transposes a row-major matrix with this many columns. */
function transposed(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns
  return Float32Array.from(matrix, (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]!)
}
