/**
 * A restricted Boltzmann machine that has a label y beside the visible units (Larochelle, Mandel, Pascanu and Bengio,
 * JMLR 13, 2012): E(v, y, h) is that of the machine less d_y + sum_j U_yj h_j. In tfjs ops.
 */
import * as tf from '@tensorflow/tfjs-core'
import { PURPOSE, RandomStream } from '../../base/philox.js'
import type { Tensors } from '../../program/program.js'
import type { RbmSpec } from '../../spec/rbm.js'
import { weightOf } from '../layers/weight.js'
import type { Weight } from '../model.js'
import { RBM_WEIGHTS } from './parameters.js'
import { buildRbm, type Conditional, type Rbm, type VisibleMeans } from './rbm.js'

export interface ClassRbm extends Rbm {
  readonly classes: number
  /** p(h | v, y): y (batch, classes), one-hot. */
  hiddenGivenBoth(v: tf.Tensor2D, y: tf.Tensor2D, weights: Tensors): Conditional
  /** log p(y | h) but for a constant: d + U h, (batch, classes). */
  labelInput(h: tf.Tensor2D, weights: Tensors): tf.Tensor2D
  /** F(v, y) = -log sum_h e^-E(v, y, h), of each sample: (batch). */
  jointEnergy(v: tf.Tensor2D, y: tf.Tensor2D, weights: Tensors): tf.Tensor1D
  /** log p(y | v) but for a constant, exactly: d_y + sum_j log(1 + e^(c_j + U_yj + v'W_j)), (batch, classes). */
  logits(v: tf.Tensor2D, weights: Tensors): tf.Tensor2D
}

/** The streams before it are those of the machine's own weights. */
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
    logits(v, of) {
      const ofData = tf.expandDims(rbm.hiddenInput(v, of), 1)
      const inputs = tf.reshape(tf.add(ofData, labelKernel(of)), [-1, rbm.hiddenUnits]) as tf.Tensor2D
      const sums = tf.reshape(tf.sum(rbm.hidden.logSum(inputs), 1), [-1, classes])
      return tf.add(sums, of[RBM_WEIGHTS.labelBias]!) as tf.Tensor2D
    },
  }
}
