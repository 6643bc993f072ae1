/** `RandomElasticTransform` (keras/src/layers/preprocessing/image_preprocessing/random_elastic_transform.py). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture } from './augmentation.js'
import { convolved, gaussian } from './blur.js'
import { happens, uniform, upTo } from './draws.js'
import { type Edge, forMask, type Sampling, sampled } from './sampler.js'
import { clipped, rangeOf } from './values.js'

export interface Distortion {
  readonly strength: number
  /** Two standard normal numbers for each pixel. */
  readonly noise: Float32Array
}

/**
 * Draws noise, or null for a picture that stays as it is. Smoothed, the noise moves the pixels (`elastic_transform` of Keras'
 * backend, after Simard et al., "Best practices for convolutional neural networks", 2003). Noise across and noise down are
 * drawn by themselves, as in the paper and in Keras on NumPy and PyTorch; Keras on TensorFlow and JAX draws both with one
 * seed, so that they are the same. Keras draws one strength for a batch.
 */
export function randomElasticTransform({
  factor,
  scale,
  value_range,
  ...sampling
}: ArgumentsOf<'RandomElasticTransform'>): Augmentation<Distortion | null> {
  const [probability, strengths, range] = [upTo(factor), upTo(scale), rangeOf(value_range)]
  return {
    shape: (given) => given,
    draw(random, [height, width]) {
      const happening = happens(random, probability)
      const strength = uniform(random, strengths)
      if (!happening || strength === 0) return null
      return { strength, noise: Float32Array.from({ length: 2 * height * width }, () => random.normal()) }
    },
    apply(picture, drawn) {
      const { shape, values } = drawn ? distorted(picture, drawn, sampling) : picture
      return { shape, values: clipped(drawn ? values : values.slice(), range) }
    },
    applyToMask: (mask, drawn) => (drawn ? distorted(mask, drawn, forMask(sampling)) : mask),
  }
}

function distorted(picture: Picture, { strength, noise }: Distortion, sampling: Sampling): Picture {
  const [height, width] = picture.shape
  const alpha = Math.max(height, width) * 0.1 * strength
  const sigma = Math.min(height, width) * 0.05 * strength
  const kernel = gaussian(6 * Math.trunc(sigma) + 1, sigma)
  const smooth = convolved({ shape: [height, width, 2], values: noise }, kernel, kernel)
  return sampled(picture, sampling, EDGES[sampling.fill_mode], (_, { columns, rows }) => {
    for (let pixel = 0; pixel < columns.length; pixel++) {
      columns[pixel] = (pixel % width) + alpha * sigma * smooth[2 * pixel]!
      rows[pixel] = Math.floor(pixel / width) + alpha * sigma * smooth[2 * pixel + 1]!
    }
  })
}

/** As `map_coordinates` of Keras on TensorFlow, which reflects the pixel before the first one to the second one. */
const EDGES: Readonly<Record<Sampling['fill_mode'], Edge>> = {
  constant: { fold: 'fold_constant' },
  reflect: { fold: 'fold_mirror' },
  wrap: { fold: 'fold_cycle', goesOn: true },
  nearest: { fold: 'fold_nearest' },
}
