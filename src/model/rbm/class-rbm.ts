/**
 * A restricted Boltzmann machine with a label y beside the visible units (Larochelle, Mandel, Pascanu and Bengio, JMLR
 * 13, 2012): its energy E(v, y, h) is that of the machine without labels minus d_y + sum_j U_yj h_j. In tfjs ops.
 */
import * as tf from '@tensorflow/tfjs-core'
import { PURPOSE, RandomStream } from '../../base/philox.js'
import type { Tensors } from '../../base/tensors.js'
import type { RbmSpec } from '../../spec/rbm.js'
import { weightOf } from '../layers/weight.js'
import type { Weight } from '../model.js'
import { RBM_WEIGHTS } from './parameters.js'
import { buildRbm, type Conditional, type Rbm, type VisibleMeans } from './rbm.js'

export interface ClassRbm extends Rbm {
  readonly classes: number
  /** p(h | v, y): y (batch, classes), one-hot. */
  hiddenGivenBoth(v: tf.Tensor2D, y: tf.Tensor2D, weights: Tensors): Conditional
  /** log p(y | h) up to a constant: d + U h, (batch, classes). */
  labelInput(h: tf.Tensor2D, weights: Tensors): tf.Tensor2D
  /** F(v, y) = -log sum_h e^-E(v, y, h) of each sample: (batch). */
  jointEnergy(v: tf.Tensor2D, y: tf.Tensor2D, weights: Tensors): tf.Tensor1D
  /** The total input of the hidden units for each label: (batch * classes, hidden). */
  inputsByLabel(v: tf.Tensor2D, weights: Tensors): tf.Tensor2D
  /** log p(y | v) up to a constant, exact: d_y + sum_j log(1 + e^(c_j + U_yj + v'W_j)), (batch, classes). */
  logits(v: tf.Tensor2D, weights: Tensors): tf.Tensor2D
}

/** First random stream of the label weights; lower ones belong to the weights of the machine without labels. */
const STREAM = 100

export function buildClassRbm(
  spec: RbmSpec,
  { visibleUnits, classes }: { readonly visibleUnits: number; readonly classes: number },
  seed: number,
  means: VisibleMeans,
): ClassRbm {
  const rbm = buildRbm(spec, visibleUnits, seed, means)
  const { initializer } = weightOf(spec, 'kernel', [classes, rbm.hiddenUnits])
  const key = { seed, purpose: PURPOSE.initial, stream: STREAM, step: 0 }
  const weights: readonly Weight[] = [
    {
      ...{ name: RBM_WEIGHTS.labelKernel, shape: [classes, rbm.hiddenUnits], role: 'weight', trainable: true },
      initial: () => initializer([classes, rbm.hiddenUnits], new RandomStream(key)),
    },
    {
      ...{ name: RBM_WEIGHTS.labelBias, shape: [classes], role: 'weight', trainable: true },
      initial: () => new Float32Array(classes),
    },
  ]
  const labelKernel = (of: Tensors) => of[RBM_WEIGHTS.labelKernel] as tf.Tensor2D
  const bothInput = (v: tf.Tensor2D, y: tf.Tensor2D, of: Tensors) =>
    tf.add(rbm.hiddenInput(v, of), tf.matMul(y, labelKernel(of))) as tf.Tensor2D
  const inputsByLabel = (v: tf.Tensor2D, of: Tensors): tf.Tensor2D => {
    const ofData = tf.expandDims(rbm.hiddenInput(v, of), 1)
    return tf.reshape(tf.add(ofData, labelKernel(of)), [-1, rbm.hiddenUnits])
  }
  return {
    ...rbm,
    weights: [...rbm.weights, ...weights],
    classes,
    hiddenGivenBoth(v, y, of) {
      const input = bothInput(v, y, of)
      return { input, ...rbm.hidden.given(input) }
    },
    labelInput: (h, of) =>
      tf.add(tf.matMul(h, labelKernel(of), false, true), of[RBM_WEIGHTS.labelBias]!) as tf.Tensor2D,
    jointEnergy(v, y, of) {
      const ofLabel = tf.sum(tf.mul(y, of[RBM_WEIGHTS.labelBias]!), 1)
      return tf.sub(rbm.freeEnergy(v, of, bothInput(v, y, of)), ofLabel) as tf.Tensor1D
    },
    inputsByLabel,
    logits(v, of) {
      const inputs = inputsByLabel(v, of)
      const sums = tf.reshape(tf.sum(rbm.hidden.logSum(inputs), 1), [-1, classes])
      return tf.add(sums, of[RBM_WEIGHTS.labelBias]!) as tf.Tensor2D
    },
  }
}

/**
 * The machine with its label summed out: F(v) = -log sum_y e^-F(v, y), and hidden units given v are drawn by way of p(y
 * | v). A sample takes one more array of uniform numbers; the first number in each row draws the label.
 */
export function withoutLabels(rbm: ClassRbm): Rbm {
  const { hidden, classes, hiddenUnits } = rbm
  return {
    ...rbm,
    hidden: { ...hidden, uniforms: hidden.uniforms + 1 },
    hiddenGiven(v, of) {
      const p = tf.softmax(rbm.logits(v, of)) as tf.Tensor2D
      const byLabel = tf.reshape(hidden.given(rbm.inputsByLabel(v, of)).mean, [-1, classes, hiddenUnits])
      return {
        input: rbm.hiddenInput(v, of),
        mean: tf.sum(tf.mul(byLabel, tf.expandDims(p, 2)), 1) as tf.Tensor2D,
        sample(uniforms) {
          const uniform = tf.slice(uniforms.at(-1) as tf.Tensor2D, [0, 0], [-1, 1])
          return rbm.hiddenGivenBoth(v, drawnBy(uniform, p), of).sample(uniforms.slice(0, -1))
        },
      }
    },
    freeEnergy: (v, of) =>
      tf.sub(rbm.visible.energy(v, rbm.own(of)), tf.logSumExp(rbm.logits(v, of), 1)) as tf.Tensor1D,
  }
}

/**
 * The machine with the label of each chain fixed: hidden units and energies are those given the label. Inputs must have
 * one row per label.
 */
export function withLabels(rbm: ClassRbm, labels: readonly number[]): Rbm {
  const y = () => oneHot(tf.tensor1d([...labels], 'int32'), rbm.classes)
  return {
    ...rbm,
    hiddenInput: (v, of) => rbm.hiddenGivenBoth(v, y(), of).input,
    hiddenGiven: (v, of) => rbm.hiddenGivenBoth(v, y(), of),
    freeEnergy: (v, of) => rbm.jointEnergy(v, y(), of),
  }
}

/** (batch) -> (batch, classes) */
export const oneHot = (labels: tf.Tensor1D, classes: number) =>
  tf.oneHot(labels, classes, 1, 0, 'float32') as tf.Tensor2D

/**
 * One-hot labels drawn from the probabilities p (batch, classes): the first class at which the cumulative sum of p
 * exceeds the uniform number (batch, 1).
 */
function drawnBy(uniform: tf.Tensor2D, p: tf.Tensor2D): tf.Tensor2D {
  const classes = p.shape[1]
  const matrix = (of: (row: number, column: number) => boolean) =>
    tf.tensor2d(
      Array.from({ length: classes ** 2 }, (_, at) => +of(Math.floor(at / classes), at % classes)),
      [classes, classes],
    )
  const sums = tf.matMul(
    p,
    matrix((row, column) => row <= column),
  )
  // the last sum may be a little less than 1
  const all = tf.sum(p, 1, true)
  const reached = tf.cast(tf.less(tf.mul(uniform, all), sums), 'float32')
  const before = tf.matMul(
    reached,
    matrix((row, column) => row === column - 1),
  )
  return tf.sub(reached, before)
}

/**
 * One-hot labels drawn from softmax(input): the class at which input - log(-log u) is largest (Gumbel, 1954). The
 * uniform numbers u are multiples of 2^-23 below 1; adding half a step keeps them away from 0 and 1.
 */
export function drawnLabel(input: tf.Tensor2D, uniform: tf.Tensor): tf.Tensor2D {
  const gumbel = tf.neg(tf.log(tf.neg(tf.log(tf.add(uniform, 2 ** -24)))))
  return oneHot(tf.argMax(tf.add(input, gumbel), 1), input.shape[1])
}
