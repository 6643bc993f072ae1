/**
 * What a machine has beside its hidden units, in parts whose units are sampled in a way of their own: the visible units,
 * and the label where labels are learnt. In tfjs ops.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensors } from '../../base/tensors.js'
import { type ClassRbm, drawnLabel } from './class-rbm.js'
import { RBM_WEIGHTS } from './parameters.js'
import type { Rbm } from './rbm.js'
import { type UnitRule, weightedSums } from './units.js'

export interface Part {
  /** The weight that its biases are. */
  readonly bias: string
  readonly units: number
  /** How many uniform numbers a sample of one unit takes. */
  readonly uniforms: number
  /** What it adds to the energy by itself, if its biases are these: (batch, units) -> (batch). */
  energy(values: tf.Tensor2D, bias: tf.Tensor, weights: Tensors): tf.Tensor1D
  /** Its total input: h (batch, hidden) -> (batch, units). */
  input(h: tf.Tensor2D, weights: Tensors): tf.Tensor2D
  /** Drawn by that. */
  sample(input: tf.Tensor2D, uniforms: readonly tf.Tensor[], weights: Tensors): tf.Tensor2D
}

export interface VisibleSide {
  readonly parts: readonly Part[]
  readonly hidden: UnitRule
  readonly hiddenUnits: number
  /** The total input of the hidden units, given the values of each part. */
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

/** Values of the label are one-hot. */
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
