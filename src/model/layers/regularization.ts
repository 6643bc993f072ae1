/** Dropout (keras/src/layers/regularization/dropout.py; Srivastava et al., JMLR 15, 2014). */
import * as tf from '@tensorflow/tfjs-core'
import { type LayerRule, passMask, type SpecOf } from './layer.js'
import { sameInTfjs } from './saved.js'

/** Drops a fraction `rate` of the elements in training and scales the others by 1 / (1 - rate). */
export const dropout: LayerRule<SpecOf<'Dropout'>> = {
  outputShape: (_, [given]) => given!,
  noise: ({ rate }, [given]) => (rate > 0 ? { noise: { shape: given!, distribution: { type: 'dropout', rate } } } : {}),
  call: (_, [x], { noise }) => (noise.noise ? tf.mul(x!, noise.noise) : x!),
  mask: passMask,
  saved: (spec) => sameInTfjs(spec),
}
