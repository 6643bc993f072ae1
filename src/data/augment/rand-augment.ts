/** `RandAugment` (keras/src/layers/preprocessing/image_preprocessing/rand_augment.py; Cubuk et al., arXiv 1909.13719). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation } from './augmentation.js'
import { taking } from './channels.js'
import { applied, type Choice, choose, colourLayers, layersOf } from './choices.js'

/**
 * Draws the layers, and the draw of each. Keras chooses the layers once for a batch, and a layer that it chose twice has the
 * same draw twice. Masks move with the layers that move pixels.
 */
export function randAugment(spec: ArgumentsOf<'RandAugment'>): Augmentation<readonly Choice[]> {
  const layers = { ...layersOf(spec), ...colourLayers(spec) }
  return {
    shape: taking('RandAugment', 1, 3),
    draw: (random, given) => choose(layers, spec.num_ops, random, given),
    apply: (picture, drawn) => applied(layers, picture, drawn),
    applyToMask: (mask, drawn) =>
      drawn.reduce((one, { layer, drawn }) => layers[layer]!.applyToMask?.(one, drawn) ?? one, mask),
  }
}
