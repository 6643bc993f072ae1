/** The augmentations of the format by their types. */
import type { AugmentationOf, AugmentationSpec } from '../../spec/augmentation.js'
import type { Augmentation, Mixing } from './augmentation.js'
import { randomFlip } from './random-flip.js'

const AUGMENTATIONS: {
  readonly [Type in AugmentationSpec['type']]: (spec: AugmentationOf<Type>) => Augmentation | Mixing
} = {
  RandomFlip: randomFlip,
}

export const augmentationOf = (spec: AugmentationSpec): Augmentation | Mixing =>
  (AUGMENTATIONS[spec.type] as (spec: AugmentationSpec) => Augmentation | Mixing)(spec)
