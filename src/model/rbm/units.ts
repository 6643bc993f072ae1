/**
 * Kinds of units: means and samples given their total input, which is c_j + sum_i v_i W_ij for hidden unit j and b_i +
 * sum_j W_ij h_j for visible unit i. In tfjs ops.
 */

import * as tf from '@tensorflow/tfjs-core'
import { type ByType, callByType } from '../../base/by-type.js'
import type { RandomStream } from '../../base/philox.js'
import type { RbmSpec } from '../../spec/rbm.js'

/** The mean of each unit, and samples of it. */
export interface Drawn {
  readonly mean: tf.Tensor2D
  /** Draws a sample from uniform numbers in [0, 1): one array of them for each that a unit needs (`uniforms`). */
  sample(uniforms: readonly tf.Tensor[]): tf.Tensor2D
}

export interface UnitRule {
  /** Number of uniform numbers needed to sample one unit. */
  readonly uniforms: number
  /** True if 16 bits of each number are enough, because it is only compared with a probability. */
  readonly coarse: boolean
  given(input: tf.Tensor2D): Drawn
  /** log sum_s e^(s input) over the states s of each unit, or the logarithm of the integral. */
  logSum(input: tf.Tensor2D): tf.Tensor2D
}

/** Weights that belong to the visible units alone, with one number per unit. */
export interface VisibleWeights {
  readonly bias: tf.Tensor
  /** z = log sigma^2; undefined means 0. */
  readonly logVariance?: tf.Tensor | undefined
}

export interface VisibleRule {
  readonly uniforms: number
  readonly coarse: boolean
  /** True if states are 0 and 1, so that all can be enumerated. */
  readonly isBinary: boolean
  readonly learnsVariance: boolean
  given(input: tf.Tensor2D, own: VisibleWeights): Drawn
  /** log of the sum or integral over v of e^-(energy(v) - v'Wh) for each unit, where `input` is b + Wh. */
  logSum(input: tf.Tensor2D, own: VisibleWeights): tf.Tensor2D
  /** (batch, visible) -> (batch): the part of the energy that depends on the visible units alone. */
  energy(v: tf.Tensor2D, own: VisibleWeights): tf.Tensor1D
  /** The values that hidden units receive from the visible ones: v, or v / sigma^2. */
  seen(v: tf.Tensor2D, own: VisibleWeights): tf.Tensor2D
  /** The bias with which an unconnected unit has this mean. */
  biasFor(mean: number): number
  /** Draws a sample of an unconnected unit. */
  first(bias: number, random: RandomStream): number
}

type Kinds<Side extends 'visible' | 'hidden'> = RbmSpec[Side]['type']

/** p(1) = s(input), where s(x) = 1 / (1 + e^-x). */
const bernoulli: UnitRule = {
  uniforms: 1,
  coarse: true,
  given(input) {
    const mean = tf.sigmoid(input)
    return { mean, sample: ([uniform]) => tf.cast(tf.less(uniform!, mean), 'float32') }
  },
  logSum: (input) => tf.softplus(input),
}

/**
 * Noisy rectified linear units: infinitely many copies of a Bernoulli unit with the same weights and with biases lower
 * by .5, 1.5, 2.5, ...; the state is the number that are on (Nair and Hinton, ICML 2010). The mean log(1 + e^x) is
 * right within 0.02. Samples use their approximation max(0, x + N(0, s(x))), which falls short of the mean near 0: at x
 * = 0 it is 0.28 on average, not 0.69.
 */
const nrelu: UnitRule = {
  uniforms: 2,
  coarse: false,
  given: (input) => ({
    mean: tf.softplus(input),
    sample: (uniforms) => tf.relu(tf.add(input, tf.mul(normal(uniforms), tf.sqrt(tf.sigmoid(input)))) as tf.Tensor2D),
  }),
  logSum: softplusIntegral,
}

const VISIBLE: ByType<RbmSpec['visible'], [], VisibleRule> = {
  bernoulli: () => ({
    ...bernoulli,
    isBinary: true,
    learnsVariance: false,
    energy: (v, { bias }) => tf.neg(weightedSums(v, bias)),
    seen: (v) => v,
    biasFor: logit,
    first: (bias, random) => (random.uniform() < 1 / (1 + Math.exp(-bias)) ? 1 : 0),
  }),

  /** N(b + Wh, sigma^2), with energy sum_i (v_i - b_i)^2 / (2 sigma_i^2) (Cho, Ilin and Raiko, ICANN 2011). */
  gaussian: ({ variance }) => ({
    uniforms: 2,
    coarse: false,
    isBinary: false,
    learnsVariance: variance === 'learned',
    given: (input, { logVariance }) => ({
      mean: input,
      sample(uniforms) {
        const noise = normal(uniforms)
        const scaled = logVariance ? tf.mul(noise, tf.exp(tf.mul(logVariance, 0.5))) : noise
        return tf.add(input, scaled) as tf.Tensor2D
      },
    }),
    /** log sqrt(2 pi sigma^2) + (input^2 - b^2) / (2 sigma^2) */
    logSum(input, own) {
      const squares = tf.mul(over(tf.sub(tf.square(input), tf.square(own.bias)), own), 0.5)
      const constant = 0.5 * Math.log(2 * Math.PI)
      return tf.add(squares, own.logVariance ? tf.add(tf.mul(own.logVariance, 0.5), constant) : constant)
    },
    energy: (v, own) => tf.mul(tf.sum(over(tf.square(tf.sub(v, own.bias)), own), 1), 0.5),
    seen: over,
    biasFor: (mean) => mean,
    first: (bias, random) => bias + random.normal(),
  }),
}

const HIDDEN: { readonly [Kind in Kinds<'hidden'>]: UnitRule } = { bernoulli, nrelu }

export const visibleRule = ({ visible }: RbmSpec): VisibleRule => callByType(VISIBLE, visible)
export const hiddenRule = ({ hidden }: RbmSpec): UnitRule => HIDDEN[hidden.type]

/** values / sigma^2 */
const over = (values: tf.Tensor2D, { logVariance }: VisibleWeights): tf.Tensor2D =>
  logVariance ? tf.mul(values, tf.exp(tf.neg(logVariance))) : values

/** Standard normal numbers by Box and Muller (1958). Uniform numbers are below 1, so the logarithm is finite. */
const normal = ([radius, angle]: readonly tf.Tensor[]): tf.Tensor2D =>
  tf.mul(tf.sqrt(tf.mul(tf.log(tf.sub(1, radius!)), -2)), tf.cos(tf.mul(angle!, 2 * Math.PI)))

/**
 * The integral of log(1 + e^t) from minus infinity to x, which is -Li2(-e^x). For x <= 0, with L = log(1 + e^x), it is
 * L + L^2/4 + L^3/36 - L^5/3600 + L^7/211680 within 1e-8 (Bernoulli numbers; Maximon, 2003, section 4). For x > 0 it is
 * x^2/2 + pi^2/6 minus the value at -x.
 */
function softplusIntegral(x: tf.Tensor2D): tf.Tensor2D {
  const integral = tf.customGrad((...given) => {
    const save = given.at(-1) as unknown as (tensors: tf.Tensor[]) => void
    save([x])
    const log = tf.softplus(tf.neg(tf.abs(x)))
    const square = tf.square(log)
    const odd = tf.add(tf.mul(tf.add(tf.mul(square, 1 / 211680), -1 / 3600), square), 1 / 36)
    const below = tf.add(tf.mul(log, tf.add(tf.mul(square, odd), 1)), tf.mul(square, 1 / 4))
    const above = tf.sub(tf.add(tf.mul(tf.square(x), 0.5), Math.PI ** 2 / 6), below)
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, tf.softplus(saved[0]!))
    return { value: tf.where(tf.greater(x, 0), above, below), gradFunc }
  })
  return integral(x) as tf.Tensor2D
}

/** Keeps the bias finite for a unit that is never or always on (as in pylearn2's rbm_tools.py). */
const LEAST_MEAN = 1e-5

function logit(mean: number): number {
  const p = Math.min(Math.max(mean, LEAST_MEAN), 1 - LEAST_MEAN)
  return Math.log(p / (1 - p))
}

/** (batch, n), (n) -> (batch) */
export const weightedSums = (rows: tf.Tensor2D, weights: tf.Tensor): tf.Tensor1D =>
  tf.reshape(tf.matMul(rows, tf.reshape(weights, [weights.size, 1]) as tf.Tensor2D), [rows.shape[0]])
