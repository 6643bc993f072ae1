/** `RandomColorJitter` (keras/src/layers/preprocessing/image_preprocessing/random_color_jitter.py). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation } from './augmentation.js'
import { randomBrightness, randomContrast } from './brightness-contrast.js'
import { randomHue, randomSaturation } from './hue-saturation.js'

/** Draws for each of its layers, in their order. */
export function randomColorJitter(spec: ArgumentsOf<'RandomColorJitter'>): Augmentation<readonly number[]> {
  const { value_range, brightness_factor, contrast_factor, saturation_factor, hue_factor } = spec
  const layers: Augmentation<number>[] = []
  if (brightness_factor !== null) layers.push(randomBrightness({ factor: brightness_factor, value_range }))
  if (contrast_factor !== null) layers.push(randomContrast({ factor: contrast_factor, value_range }))
  if (saturation_factor !== null) layers.push(randomSaturation({ factor: saturation_factor, value_range }))
  if (hue_factor !== null) layers.push(randomHue({ factor: hue_factor, value_range }))
  return {
    shape: (given) => layers.reduce((shape, layer) => layer.shape(shape), given),
    draw: (random, given) => layers.map((layer) => layer.draw(random, given)),
    apply: (picture, drawn) => layers.reduce((one, layer, index) => layer.apply(one, drawn[index]!), picture),
  }
}
