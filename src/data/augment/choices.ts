/** The augmentations that `RandAugment` and `AugMix` choose among, and their choices. */
import type { RandomStream } from '../../base/philox.js'
import type { ArgumentsOf } from '../../spec/augmentation.js'
import { randomRotation, randomShear, randomTranslation } from './affine.js'
import type { Augmentation, Picture, PictureShape } from './augmentation.js'
import { randomSharpness } from './blur.js'
import { randomBrightness, randomContrast } from './brightness-contrast.js'
import { upTo } from './draws.js'
import { randomColorDegeneration } from './grey.js'
import { autoContrast, equalization } from './histogram.js'
import { randomPosterization, solarization } from './invert.js'

type Common = Pick<ArgumentsOf<'RandAugment' | 'AugMix'>, 'value_range' | 'factor' | 'interpolation'>

/** A layer by its type, and its draw. */
export interface Choice {
  readonly layer: string
  readonly drawn: unknown
}

export type Layers = Readonly<Record<string, Augmentation>>

/** Layers of the same strength (keras/src/layers/preprocessing/image_preprocessing/rand_augment.py, aug_mix.py). */
export function layersOf({ value_range, factor: given, interpolation }: Common): Layers {
  const factor = upTo(given)
  const sampling = { fill_mode: 'reflect', fill_value: 0, interpolation } as const
  return {
    RandomShear: randomShear({ x_factor: factor, y_factor: factor, ...sampling }),
    RandomTranslation: randomTranslation({ height_factor: factor, width_factor: factor, ...sampling }),
    RandomRotation: randomRotation({ factor, ...sampling }),
    RandomPosterization: randomPosterization({ factor: Math.max(1, Math.floor(8 * factor[1])), value_range }),
    Solarization: solarization({ addition_factor: factor, threshold_factor: factor, value_range }),
    AutoContrast: autoContrast({ value_range }),
    Equalization: equalization({ value_range, bins: 256 }),
  }
}

/** The choices that change colours, brightness and sharpness. */
export const colourLayers = ({ value_range, factor: given }: Common): Layers => {
  const factor = upTo(given)
  return {
    RandomBrightness: randomBrightness({ factor, value_range }),
    RandomColorDegeneration: randomColorDegeneration({ factor, value_range }),
    RandomContrast: randomContrast({ factor, value_range }),
    RandomSharpness: randomSharpness({ factor, value_range }),
  }
}

/** Chooses so many layers, each as likely as any other, and draws for each. A layer may be chosen twice. */
export function choose(layers: Layers, count: number, random: RandomStream, given: PictureShape): readonly Choice[] {
  const types = Object.keys(layers)
  return Array.from({ length: count }, () => {
    const layer = types[random.below(types.length)]!
    return { layer, drawn: layers[layer]!.draw(random, given) }
  })
}

/** Applies the chosen layers, one after another. */
export const applied = (layers: Layers, picture: Picture, choices: readonly Choice[]): Picture =>
  choices.reduce((one, { layer, drawn }) => layers[layer]!.apply(one, drawn), picture)
