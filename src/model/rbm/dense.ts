/**
 * Trained RBMs as Dense layers: the mean of h is f(c + v W) forward, and that of v is g(b + h W') backward. A visible unit
 * with a variance of its own is seen as v / sigma^2, which the kernel takes in.
 */
import { RBM_WEIGHTS } from './parameters.js'

/** Names of the layers that each RBM is, in the order of the RBMs. */
export interface DenseNames {
  readonly forward: readonly string[]
  readonly backward: readonly string[]
}

/** Weights of layers by name, from the weights of each RBM by name. */
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

/** Each row over the variance of its visible unit. */
function overVariances(kernel: Float32Array, logVariances: Float32Array | undefined): Float32Array {
  if (logVariances === undefined) return kernel
  const columns = kernel.length / logVariances.length
  return kernel.map((value, at) => value * Math.exp(-logVariances[Math.floor(at / columns)]!))
}

/** Row-major, of so many columns. */
function transposed(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns
  return Float32Array.from(matrix, (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]!)
}
