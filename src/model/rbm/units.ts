/** What units of a kind do, given their total input: that of hidden unit j is c_j + sum_i v_i W_ij. In tfjs ops. */
import * as tf from '@tensorflow/tfjs-core'
import type { RbmSpec } from '../../spec/rbm.js'

/** The mean of each unit, and samples of it. */
export interface Drawn {
  readonly mean: tf.Tensor2D
  /** By uniform numbers in [0, 1): as many arrays of them as a unit takes. */
  sample(uniforms: readonly tf.Tensor[]): tf.Tensor2D
}

export interface UnitRule {
  /** How many uniform numbers a sample of one unit takes. */
  readonly uniforms: number
  given(input: tf.Tensor2D): Drawn
  /** log sum_s e^(s input) over the states s of each unit. */
  logSum(input: tf.Tensor2D): tf.Tensor2D
}

export interface VisibleRule extends UnitRule {
  /** (batch, visible), (visible) -> (batch): what the visible units by themselves add to the energy. */
  energy(v: tf.Tensor2D, bias: tf.Tensor): tf.Tensor1D
}

type Kinds<Side extends 'visible' | 'hidden'> = RbmSpec[Side]['type']

/** p(1) = s(input), where s(x) = 1 / (1 + e^-x). */
const bernoulli: UnitRule = {
  uniforms: 1,
  given(input) {
    const mean = tf.sigmoid(input)
    return { mean, sample: ([uniform]) => tf.cast(tf.less(uniform!, mean), 'float32') }
  },
  logSum: (input) => tf.softplus(input),
}

const VISIBLE: { readonly [Kind in Kinds<'visible'>]: VisibleRule } = {
  bernoulli: { ...bernoulli, energy: (v, bias) => tf.neg(weightedSums(v, bias)) },
}

const HIDDEN: { readonly [Kind in Kinds<'hidden'>]: UnitRule } = { bernoulli }

export const visibleRule = ({ visible }: RbmSpec): VisibleRule => VISIBLE[visible.type]
export const hiddenRule = ({ hidden }: RbmSpec): UnitRule => HIDDEN[hidden.type]

/** (batch, n), (n) -> (batch) */
export const weightedSums = (rows: tf.Tensor2D, weights: tf.Tensor): tf.Tensor1D =>
  tf.reshape(tf.matMul(rows, tf.reshape(weights, [weights.size, 1]) as tf.Tensor2D), [rows.shape[0]])
