/** The base-rate model from which annealed importance sampling starts. It comes from the training data. */
import { labelsKey, soleInput, soleInputKey } from '../base/form.js'
import type { StateValues } from '../engine/engine.js'
import {
  baseLogPartition,
  bernoulliLogSum,
  gaussianLogSum,
  labelBase,
  labelLogSum,
  marginalBase,
  meanBase,
} from '../model/rbm/base-model.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { Session } from './session.js'

export interface BaseMachine {
  /** Biases of each part of the visible side: of the visible units, then of the labels if there are any. */
  readonly biases: readonly Float32Array[]
  readonly logZ: number
  /** A description for the report. */
  readonly words: string
}

export async function baseMachine(
  { training, labelled, form }: Session,
  { visible, visibleUnits, hiddenUnits }: Rbm,
  weights: StateValues,
): Promise<BaseMachine> {
  const { divisor } = soleInput(form)
  const sums = new Float64Array(visibleUnits)
  const counts = new Float64Array(labelled?.classes ?? 0)
  for await (const { arrays } of training.batches(1)) {
    for (const [at, value] of arrays[soleInputKey(form)]!.entries()) sums[at % visibleUnits]! += value / divisor
    if (labelled) for (const label of arrays[labelsKey(form)]!) counts[label]! += 1
  }
  const label = labelled ? [labelBase(counts)] : []
  const ofLabel = label.map(labelLogSum)
  if (visible.isBinary) {
    const biases = marginalBase(sums, training.samples)
    return {
      biases: [biases, ...label],
      logZ: baseLogPartition([bernoulliLogSum(biases), ...ofLabel], hiddenUnits),
      words: 'marginals of the training data',
    }
  }
  const logVariances = weights[RBM_WEIGHTS.visibleLogVariance] ?? new Float32Array(visibleUnits)
  return {
    biases: [meanBase(sums, training.samples), ...label],
    logZ: baseLogPartition([gaussianLogSum(logVariances), ...ofLabel], hiddenUnits),
    words: 'means of the training data, variances of the model',
  }
}
