/** log Z by enumeration, for Bernoulli hidden units and any visible side. */
import { gaussianLogPartition, inDeviations } from './gaussian.js'
import { LogSum } from './log-domain.js'
import { logPartition } from './log-partition.js'
import { RBM_WEIGHTS, type RbmParameters, rbmParameters } from './parameters.js'

type Weights = Readonly<Record<string, ArrayLike<number>>>

/**
 * Takes weights by name. With labels it is log sum_y e^d_y Z_y, where Z_y belongs to the machine with hidden biases c +
 * U_y: one enumeration per class. Throws `UserError` if there are too many units.
 */
export function wholeLogPartition(weights: Weights, { isBinary }: { readonly isBinary: boolean }): number {
  const parameters = rbmParameters(weights)
  const of = isBinary ? logPartition : (one: RbmParameters) => scaledLogPartition(one, weights)
  const biases = weights[RBM_WEIGHTS.labelBias]
  if (!biases) return of(parameters)
  const sum = new LogSum()
  for (const [label, bias] of Array.from(biases).entries()) sum.add(bias + of(givenLabel(parameters, weights, label)))
  return sum.value
}

/** The machine that remains when the label is fixed to this one. */
export function givenLabel(parameters: RbmParameters, weights: Weights, label: number): RbmParameters {
  const { hiddenUnits, hiddenBias } = parameters
  const kernel = weights[RBM_WEIGHTS.labelKernel]!
  return { ...parameters, hiddenBias: hiddenBias.map((bias, j) => bias + kernel[label * hiddenUnits + j]!) }
}

/** log Z with Gaussian visible units, whose variances are 1 unless they are learned. */
function scaledLogPartition(parameters: RbmParameters, weights: Weights): number {
  const logVariances = weights[RBM_WEIGHTS.visibleLogVariance]
  if (!logVariances) return gaussianLogPartition(parameters)
  const widths = Array.from(logVariances).reduce((sum, z) => sum + z / 2, 0)
  return gaussianLogPartition(inDeviations(parameters, logVariances)) + widths
}
