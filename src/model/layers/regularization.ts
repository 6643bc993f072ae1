/** Layers that add noise in training, or a penalty to the loss (keras/src/layers/regularization). */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import { SELU_LEAST } from '../kinks.js'
import { penaltyOf } from '../regularizers.js'
import { dropoutNoise, dropped } from './dropping.js'
import { type LayerRule, type NoiseRequest, passMask, type SpecOf } from './layer.js'
import { sameInTfjs, savedIdentity } from './saved.js'
import { spaceOf } from './space.js'

/**
 * Drops a fraction `rate` of the elements in training and scales the others by 1 / (1 - rate) (Srivastava et al.,
 * 2014).
 */
export const dropout: LayerRule<SpecOf<'Dropout'>> = {
  outputShape: (_, [given]) => given!,
  noise: ({ rate }, [given]) => dropoutNoise(rate, given!),
  call: (_, [x], { noise }) => dropped(x!, noise),
  handsOn: ({ rate }, training) => !training || rate === 0,
  mask: passMask,
  saved: (spec) => sameInTfjs(spec),
}

/**
 * Dropout that keeps the mean and the variance of selu's outputs: `a (x where kept, else -1.7581) + b` (Klambauer et
 * al., 2017).
 */
export const alphaDropout: LayerRule<SpecOf<'AlphaDropout'>> = {
  outputShape: (_, [given]) => given!,
  noise: ({ rate }, [given]) => dropoutNoise(rate, given!),
  call({ rate }, [x], { noise }) {
    if (!noise.noise) return x!
    const a = ((1 - rate) * (1 + rate * SELU_LEAST ** 2)) ** -0.5
    // noise is 1 / (1 - rate) for an element that is kept, else 0
    const kept = tf.mul(tf.mul(tf.sub(x!, SELU_LEAST), a * (1 - rate)), noise.noise)
    return tf.add(kept, a * SELU_LEAST * (1 - rate))
  },
  handsOn: ({ rate }, training) => !training || rate === 0,
  mask: passMask,
  saved: (spec) => sameInTfjs(spec),
}

export const gaussianNoise: LayerRule<SpecOf<'GaussianNoise'>> = {
  outputShape: (_, [given]) => given!,
  noise: ({ stddev }, [given]) => (stddev > 0 ? twoUniforms(given!) : {}),
  call: ({ stddev }, [x], { noise }) => (noise.radius ? tf.add(x!, tf.mul(normal(noise), stddev)) : x!),
  handsOn: ({ stddev }, training) => !training || stddev === 0,
  mask: passMask,
  saved: (spec) => sameInTfjs(spec),
}

/** Multiplies by normal noise with mean 1 and the standard deviation of dropout's noise. */
export const gaussianDropout: LayerRule<SpecOf<'GaussianDropout'>> = {
  outputShape: (_, [given]) => given!,
  noise: ({ rate }, [given]) => (rate > 0 ? twoUniforms(given!) : {}),
  call({ rate }, [x], { noise }) {
    if (!noise.radius) return x!
    return tf.mul(x!, tf.add(tf.mul(normal(noise), Math.sqrt(rate / (1 - rate))), 1))
  },
  handsOn: ({ rate }, training) => !training || rate === 0,
  mask: passMask,
  saved: (spec) => sameInTfjs(spec),
}

const uniform = { type: 'uniform' } as const

const twoUniforms = (shape: Shape): Readonly<Record<string, NoiseRequest>> => ({
  radius: { shape, distribution: uniform },
  angle: { shape, distribution: uniform },
})

/** Standard normal numbers by Box and Muller (1958). Uniform numbers are below 1, so the logarithm is finite. */
const normal = ({ radius, angle }: Readonly<Record<string, tf.Tensor>>): tf.Tensor =>
  tf.mul(tf.sqrt(tf.mul(tf.log(tf.sub(1, radius!)), -2)), tf.cos(tf.mul(angle!, 2 * Math.PI)))

export const activityRegularization: LayerRule<SpecOf<'ActivityRegularization'>> = {
  outputShape: (_, [given]) => given!,
  regularizesWithin: ({ l1, l2 }) => l1 !== 0 || l2 !== 0,
  call({ l1, l2 }, [x], { addLoss }) {
    const penalty = l1 === 0 && l2 === 0 ? undefined : penaltyOf({ type: 'L1L2', l1, l2 })
    if (penalty) addLoss(tf.div(penalty(x!), x!.shape[0]!))
    return x!
  },
  handsOn: () => true,
  mask: passMask,
  saved: () => savedIdentity,
}

const spatialDropout = <Spec extends SpecOf<`SpatialDropout${1 | 2 | 3}D`>>(
  axes: number,
  saved: LayerRule<Spec>['saved'],
): LayerRule<Spec> => ({
  outputShape(_, [given]) {
    spaceOf(given!, axes)
    return given!
  },
  noise: ({ rate }, [given]) => dropoutNoise(rate, [...Array(axes).fill(1), given!.at(-1)!]),
  call: (_, [x], { noise }) => dropped(x!, noise),
  handsOn: ({ rate }, training) => !training || rate === 0,
  mask: passMask,
  saved,
})

/** Drops whole channels (spatial_dropout.py; Tompson et al., CVPR 2015). */
export const spatialDropout1D = spatialDropout<SpecOf<'SpatialDropout1D'>>(1, (spec) => sameInTfjs(spec))
/** In tfjs it is a Dropout with a noise_shape. */
export const spatialDropout2D = spatialDropout<SpecOf<'SpatialDropout2D'>>(2, (spec, [given]) =>
  sameInTfjs(spec, { noise_shape: [null, 1, 1, given!.at(-1)!] }, 'Dropout'),
)
export const spatialDropout3D = spatialDropout<SpecOf<'SpatialDropout3D'>>(3, (spec, [given]) =>
  sameInTfjs(spec, { noise_shape: [null, 1, 1, 1, given!.at(-1)!] }, 'Dropout'),
)
