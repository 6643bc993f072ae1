/**
 * The visible side of a machine as parts, each sampled in its own way: the visible units, and the label if labels are
 * learned. In tfjs ops.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensors } from '../../base/tensors.js'
import { type ClassRbm, drawnLabel } from './class-rbm.js'
import { RBM_WEIGHTS } from './parameters.js'
import type { Rbm } from './rbm.js'
import { type UnitRule, weightedSums } from './units.js'

export interface Part {
  /** Name of the weight that holds its biases. */
  readonly bias: string
  readonly units: number
  /** Number of uniform numbers needed to sample one unit. */
  readonly uniforms: number
  /** The part of the energy that depends on these values alone, with these biases: (batch, units) -> (batch). */
  energy(values: tf.Tensor2D, bias: tf.Tensor, weights: Tensors): tf.Tensor1D
  /** Total input of its units: h (batch, hidden) -> (batch, units). */
  input(h: tf.Tensor2D, weights: Tensors): tf.Tensor2D
  /** Draws a sample given the total input. */
  sample(input: tf.Tensor2D, uniforms: readonly tf.Tensor[], weights: Tensors): tf.Tensor2D
}

export interface VisibleSide {
  readonly parts: readonly Part[]
  readonly hidden: UnitRule
  readonly hiddenUnits: number
  /** Total input of the hidden units, given the values of each part. */
  hiddenInput(values: readonly tf.Tensor2D[], weights: Tensors): tf.Tensor2D
}

export function visibleSide(rbm: Rbm): VisibleSide {
  const { visible, own } = rbm
  const units: Part = {
    bias: RBM_WEIGHTS.visibleBias,
    units: rbm.visibleUnits,
    uniforms: visible.uniforms,
    energy: (v, bias, of) => visible.energy(v, { ...own(of), bias }),
    input: (h, of) => rbm.visibleGiven(h, of).input,
    sample: (input, uniforms, of) => visible.given(input, own(of)).sample(uniforms),
  }
  return {
    parts: [units],
    hidden: rbm.hidden,
    hiddenUnits: rbm.hiddenUnits,
    hiddenInput: ([v], of) => rbm.hiddenInput(v!, of),
  }
}

/** The visible side of a machine with labels; label values are one-hot. */
export function labelledSide(rbm: ClassRbm): VisibleSide {
  const side = visibleSide(rbm)
  const label: Part = {
    bias: RBM_WEIGHTS.labelBias,
    units: rbm.classes,
    uniforms: 1,
    energy: (y, bias) => tf.neg(weightedSums(y, bias)),
    input: rbm.labelInput,
    sample: (input, [uniform]) => drawnLabel(input, uniform!),
  }
  return {
    ...side,
    parts: [...side.parts, label],
    hiddenInput: ([v, y], of) => rbm.hiddenGivenBoth(v!, y!, of).input,
  }
}
