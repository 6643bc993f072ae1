/** The augmentations of the format by their types. */
import type { AugmentationOf, AugmentationSpec } from '../../spec/augmentation.js'
import { randomRotation, randomShear, randomTranslation, randomZoom } from './affine.js'
import { augMix } from './aug-mix.js'
import type { Augmentation, Mixing } from './augmentation.js'
import { randomGaussianBlur, randomSharpness } from './blur.js'
import { randomBrightness, randomContrast } from './brightness-contrast.js'
import { clahe } from './clahe.js'
import { randomColorJitter } from './color-jitter.js'
import { cutMix } from './cut-mix.js'
import { randomColorDegeneration, randomGrayscale } from './grey.js'
import { autoContrast, equalization } from './histogram.js'
import { randomHue, randomSaturation } from './hue-saturation.js'
import { imageDataGenerator } from './image-data-generator.js'
import { randomInvert, randomPosterization, solarization } from './invert.js'
import { mixUp } from './mix-up.js'
import { randAugment } from './rand-augment.js'
import { randomCrop } from './random-crop.js'
import { randomElasticTransform } from './random-elastic-transform.js'
import { randomErasing } from './random-erasing.js'
import { randomFlip } from './random-flip.js'
import { randomPerspective } from './random-perspective.js'

const AUGMENTATIONS: {
  readonly [Type in AugmentationSpec['type']]: (spec: AugmentationOf<Type>) => Augmentation | Mixing
} = {
  RandomFlip: randomFlip,
  RandomRotation: randomRotation,
  RandomTranslation: randomTranslation,
  RandomZoom: randomZoom,
  RandomShear: randomShear,
  RandomCrop: randomCrop,
  RandomPerspective: randomPerspective,
  RandomElasticTransform: randomElasticTransform,
  RandomErasing: randomErasing,
  RandomBrightness: randomBrightness,
  RandomContrast: randomContrast,
  RandomHue: randomHue,
  RandomSaturation: randomSaturation,
  RandomColorJitter: randomColorJitter,
  RandomColorDegeneration: randomColorDegeneration,
  RandomGrayscale: randomGrayscale,
  RandomSharpness: randomSharpness,
  RandomGaussianBlur: randomGaussianBlur,
  RandomInvert: randomInvert,
  RandomPosterization: randomPosterization,
  Solarization: solarization,
  Equalization: equalization,
  ContrastLimitedAdaptiveHistogramEqualization: clahe,
  AutoContrast: autoContrast,
  RandAugment: randAugment,
  AugMix: augMix,
  MixUp: mixUp,
  CutMix: cutMix,
  ImageDataGenerator: imageDataGenerator,
}

export const augmentationOf = (spec: AugmentationSpec): Augmentation | Mixing =>
  (AUGMENTATIONS[spec.type] as (spec: AugmentationSpec) => Augmentation | Mixing)(spec)
