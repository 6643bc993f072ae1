/** The exact gradient of the log-likelihood, for small RBMs. */
import { softplus } from '../../src/model/rbm/log-domain.js'
import {
  grayCode,
  logPartition,
  requireEnumerable,
  smallerSide,
  withSidesSwapped,
} from '../../src/model/rbm/log-partition.js'
import type { RbmParameters } from '../../src/model/rbm/parameters.js'
import { hiddenProbabilities, rowsOf, sigmoid, visibleInputs } from './rbm-exact.js'

/** One number for each parameter, in the order of the parameters. */
export type RbmMoments = Pick<RbmParameters, 'kernel' | 'visibleBias' | 'hiddenBias'>

/** Gradient of the mean log-likelihood of consecutive rows: moments of the data minus moments of the model. */
export function likelihoodGradient(parameters: RbmParameters, rows: ArrayLike<number>): RbmMoments {
  const data = dataMoments(parameters, rows)
  const model = modelMoments(parameters)
  const less = (a: Float64Array, b: Float64Array) => a.map((value, index) => value - b[index]!)
  return {
    kernel: less(data.kernel, model.kernel),
    visibleBias: less(data.visibleBias, model.visibleBias),
    hiddenBias: less(data.hiddenBias, model.hiddenBias),
  }
}

/** Means over the rows of v p(h|v)', v and p(h|v). */
function dataMoments(parameters: RbmParameters, rows: ArrayLike<number>): RbmMoments {
  const moments = noMoments(parameters)
  const each = rowsOf(parameters, rows)
  for (const row of each) addMoments(moments, row, hiddenProbabilities(parameters, row), 1 / each.length)
  return moments
}

/** E[v h'], E[v] and E[h] under the model. */
export function modelMoments(parameters: RbmParameters): RbmMoments {
  if (smallerSide(parameters) === 'hidden') return momentsOverHidden(parameters)
  const swapped = withSidesSwapped(parameters)
  const { kernel, visibleBias, hiddenBias } = momentsOverHidden(swapped)
  return withSidesSwapped({ ...swapped, kernel, visibleBias, hiddenBias })
}

function momentsOverHidden(parameters: RbmParameters): RbmMoments {
  requireEnumerable(parameters)
  const { hiddenUnits, hiddenBias } = parameters
  const logZ = logPartition(parameters, 'hidden')
  const moments = noMoments(parameters)
  const hidden = new Float64Array(hiddenUnits)
  for (let index = 0; index < 2 ** hiddenUnits; index++) {
    const state = grayCode(index)
    for (let j = 0; j < hiddenUnits; j++) hidden[j] = (state >>> j) & 1
    const inputs = visibleInputs(parameters, hidden)
    const bias = hidden.reduce((sum, on, j) => sum + on * hiddenBias[j]!, 0)
    const logWeight = inputs.reduce((sum, input) => sum + softplus(input), bias)
    addMoments(moments, inputs.map(sigmoid), hidden, Math.exp(logWeight - logZ))
  }
  return moments
}

const noMoments = ({ visibleUnits, hiddenUnits }: RbmParameters): RbmMoments => ({
  kernel: new Float64Array(visibleUnits * hiddenUnits),
  visibleBias: new Float64Array(visibleUnits),
  hiddenBias: new Float64Array(hiddenUnits),
})

function addMoments(sums: RbmMoments, visible: Float64Array, hidden: Float64Array, weight: number): void {
  for (let i = 0, at = 0; i < visible.length; i++) {
    const share = weight * visible[i]!
    sums.visibleBias[i]! += share
    for (let j = 0; j < hidden.length; j++) sums.kernel[at++]! += share * hidden[j]!
  }
  for (let j = 0; j < hidden.length; j++) sums.hiddenBias[j]! += weight * hidden[j]!
}
