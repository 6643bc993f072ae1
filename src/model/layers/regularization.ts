/** Dropout (keras/src/layers/regularization; Srivastava et al., JMLR 15, 2014), of elements and of whole channels. */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import { type LayerRule, type NoiseRequest, type Pass, passMask, type SpecOf } from './layer.js'
import { sameInTfjs } from './saved.js'
import { spaceOf } from './space.js'

/** Drops a fraction `rate` of the elements in training and scales the others by 1 / (1 - rate). */
export const dropout: LayerRule<SpecOf<'Dropout'>> = {
  outputShape: (_, [given]) => given!,
  noise: ({ rate }, [given]) => masksOf(rate, given!),
  call: (_, [x], { noise }) => dropped(x!, noise),
  mask: passMask,
  saved: (spec) => sameInTfjs(spec),
}

const masksOf = (rate: number, shape: Shape): Readonly<Record<string, NoiseRequest>> =>
  rate > 0 ? { noise: { shape, distribution: { type: 'dropout', rate } } } : {}

const dropped = (x: tf.Tensor, { noise }: Pass['noise']): tf.Tensor => (noise ? tf.mul(x, noise) : x)

const spatialDropout = <Spec extends SpecOf<'SpatialDropout1D' | 'SpatialDropout2D'>>(
  axes: number,
  saved: LayerRule<Spec>['saved'],
): LayerRule<Spec> => ({
  outputShape(_, [given]) {
    spaceOf(given!, axes)
    return given!
  },
  noise: ({ rate }, [given]) => masksOf(rate, [...Array(axes).fill(1), given!.at(-1)!]),
  call: (_, [x], { noise }) => dropped(x!, noise),
  mask: passMask,
  saved,
})

/** Drops whole channels (spatial_dropout.py; Tompson et al., CVPR 2015). */
export const spatialDropout1D = spatialDropout<SpecOf<'SpatialDropout1D'>>(1, (spec) => sameInTfjs(spec))
/** tfjs has it by way of Dropout alone. */
export const spatialDropout2D = spatialDropout<SpecOf<'SpatialDropout2D'>>(2, (spec, [given]) =>
  sameInTfjs(spec, { noise_shape: [null, 1, 1, given!.at(-1)!] }, 'Dropout'),
)
