/**
 * A restricted Boltzmann machine: E(v, h) = -b'v - c'h - v'Wh, with W of shape (visible, hidden). Energies and
 * conditionals are pure functions of units and weights, in tfjs ops.
 */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import '../gradients.js'
import { PURPOSE, RandomStream } from '../../base/philox.js'
import { sizeOf } from '../../base/shape.js'
import type { Tensors } from '../../base/tensors.js'
import type { RbmSpec } from '../../spec/rbm.js'
import { initializerOf } from '../initializers.js'
import type { WeightRequest } from '../layers/layer.js'
import { weightOf } from '../layers/weight.js'
import type { Weight } from '../model.js'
import type { Penalty } from '../regularizers.js'
import type { Saveable } from '../saveable.js'
import { RBM_WEIGHTS } from './parameters.js'
import { type Drawn, hiddenRule, type UnitRule, type VisibleRule, type VisibleWeights, visibleRule } from './units.js'

/** The distribution of one side's units given the other side: their total input, means and samples. */
export interface Conditional extends Drawn {
  readonly input: tf.Tensor2D
}

export interface Rbm extends Saveable {
  readonly visibleUnits: number
  readonly hiddenUnits: number
  /** Kernel, visible bias, hidden bias, and the log variances of the visible units if they are learned. */
  readonly weights: readonly Weight[]
  /** Regularization of the kernel; null if there is none. */
  readonly penalty: Penalty | null
  readonly visible: VisibleRule
  readonly hidden: UnitRule
  /** Selects the weights that belong to the visible units alone. */
  own(weights: Tensors): VisibleWeights
  /** Total input of the hidden units, (batch, hidden), for v (batch, visible). */
  hiddenInput(v: tf.Tensor2D, weights: Tensors): tf.Tensor2D
  /** p(h | v) for v (batch, visible). */
  hiddenGiven(v: tf.Tensor2D, weights: Tensors): Conditional
  /** p(v | h) for h (batch, hidden). */
  visibleGiven(h: tf.Tensor2D, weights: Tensors): Conditional
  /** F(v) = -log sum_h e^-E(v, h) of each sample: (batch). `hiddenInput` may be given if it is known. */
  freeEnergy(v: tf.Tensor2D, weights: Tensors, hiddenInput?: tf.Tensor2D): tf.Tensor1D
}

/** Gives the mean of each visible unit over the training data, for weights that are initialized from it. */
export type VisibleMeans = () => ArrayLike<number>

export function buildRbm(spec: RbmSpec, visibleUnits: number, seed: number, means: VisibleMeans): Rbm {
  tf.enableProdMode() // keeps tfjs from printing advice
  const { hidden_units: hiddenUnits } = spec
  const [visible, hidden] = [visibleRule(spec), hiddenRule(spec)]
  const requests = requestsOf(spec, visibleUnits, means)
  const weights = requests.map(({ name, shape, initializer, constraint }, stream): Weight => {
    const key = { seed, purpose: PURPOSE.initial, stream, step: 0 }
    const initial = () => initializer(shape, new RandomStream(key))
    return { name: `rbm/${name}`, shape, role: 'weight', trainable: true, constraint, initial }
  })
  const own = (of: Tensors): VisibleWeights => ({
    bias: of[RBM_WEIGHTS.visibleBias]!,
    logVariance: of[RBM_WEIGHTS.visibleLogVariance],
  })
  const hiddenInput = (v: tf.Tensor2D, of: Tensors) =>
    tf.add(
      tf.matMul(visible.seen(v, own(of)), of[RBM_WEIGHTS.kernel] as tf.Tensor2D),
      of[RBM_WEIGHTS.hiddenBias]!,
    ) as tf.Tensor2D
  return {
    visibleUnits,
    hiddenUnits,
    weights,
    penalty: requests[0].penalty ?? null,
    visible,
    hidden,
    own,
    hiddenInput,
    hiddenGiven(v, of) {
      const input = hiddenInput(v, of)
      return { input, ...hidden.given(input) }
    },
    visibleGiven(h, of) {
      const products = tf.matMul(h, of[RBM_WEIGHTS.kernel] as tf.Tensor2D, false, true)
      const input = tf.add(products, of[RBM_WEIGHTS.visibleBias]!) as tf.Tensor2D
      return { input, ...visible.given(input, own(of)) }
    },
    freeEnergy: (v, of, input = hiddenInput(v, of)) =>
      tf.sub(visible.energy(v, own(of)), tf.sum(hidden.logSum(input), 1)) as tf.Tensor1D,
    saved: () => ({
      document: { format: 'trainspec-rbm', generatedBy: 'trainspec', model: spec },
      notInTfjs: [],
      nameOf: (name) => name,
    }),
  }
}

type Requests = readonly [
  kernel: WeightRequest,
  visibleBias: WeightRequest,
  hiddenBias: WeightRequest,
  ...WeightRequest[],
]

/** Requests for the weights. `means` is called only when weights are initialized. */
export function requestsOf(spec: RbmSpec, visibleUnits: number, means: VisibleMeans): Requests {
  const { hidden_units: hiddenUnits, visible_bias_initializer: visible } = spec
  const { biasFor, learnsVariance } = visibleRule(spec)
  return [
    weightOf(spec, 'kernel', [visibleUnits, hiddenUnits]),
    {
      name: 'visible_bias',
      shape: [visibleUnits],
      initializer: visible.type === 'data' ? () => Float32Array.from(means(), biasFor) : initializerOf(visible),
    },
    weightOf(spec, 'hidden_bias', [hiddenUnits]),
    ...(learnsVariance ? [logVariance(visibleUnits)] : []),
  ]
}

/**
 * Lower bound of a learned variance. Without it, an element of the data that never changes would drive its variance to
 * 0.
 */
const LEAST_VARIANCE = 0.01

const logVariance = (units: number): WeightRequest => ({
  name: 'visible_log_variance',
  shape: [units],
  initializer: () => new Float32Array(units),
  constraint: (values) => tf.maximum(values, Math.log(LEAST_VARIANCE)),
})

/** Total number of elements in the weights. */
export const parameterCount = (requests: readonly WeightRequest[]): number =>
  requests.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
