/** `RandomElasticTransform` (keras/src/layers/preprocessing/image_preprocessing/random_elastic_transform.py). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture, PictureShape } from './augmentation.js'
import { convolved, gaussian } from './blur.js'
import { happens, uniform, upTo } from './draws.js'
import { forMask, type Outside, type Sampling, sampled } from './sampler.js'
import { zeros } from './scratch.js'
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

const distorted = (picture: Picture, drawn: Distortion, sampling: Sampling): Picture =>
  sampled(picture, placesOf(picture.shape, drawn), sampling, OUTSIDE[sampling.fill_mode])

function placesOf([height, width]: PictureShape, { strength, noise }: Distortion) {
  const alpha = Math.max(height, width) * 0.1 * strength
  const sigma = Math.min(height, width) * 0.05 * strength
  const kernel = gaussian(6 * Math.trunc(sigma) + 1, sigma)
  const smooth = convolved({ shape: [height, width, 2], values: noise }, kernel, kernel)
  const places = { x: zeros(height * width), y: zeros(height * width) }
  for (let pixel = 0; pixel < places.x.length; pixel++) {
    places.x[pixel] = (pixel % width) + alpha * sigma * smooth[2 * pixel]!
    places.y[pixel] = Math.floor(pixel / width) + alpha * sigma * smooth[2 * pixel + 1]!
  }
  return places
}

/** As `map_coordinates` of Keras on TensorFlow, which reflects the pixel before the first one to the second one. */
function reflect(index: number, size: number): number {
  const at = Math.abs(index) % (2 * size)
  return at < size ? at : 2 * size - at - 1
}

const OUTSIDE: Readonly<Record<Sampling['fill_mode'], Outside>> = {
  constant: () => -1,
  reflect,
  wrap: (index, size) => ((index % size) + size) % size,
  nearest: (index, size) => Math.max(0, Math.min(index, size - 1)),
}
