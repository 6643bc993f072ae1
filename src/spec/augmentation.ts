/**
 * Augmentations: layers that change pictures at random, anew for every sample and epoch, in training only, with the names
 * and arguments of Keras (keras/src/layers/preprocessing/image_preprocessing). A new one is one entry of its family in
 * `augmentation/`.
 */
import { z } from 'zod'
import { COLOUR } from './augmentation/colour.js'
import { GEOMETRY } from './augmentation/geometry.js'
import { MIXING } from './augmentation/mixing.js'
import { type DeepReadonly, family } from './family.js'
import { LONGEST_LIST } from './whole.js'

export const AUGMENTATIONS = [...GEOMETRY, ...COLOUR, ...MIXING] as const

export type AugmentationSpec = DeepReadonly<z.output<(typeof AUGMENTATIONS)[number]>>

export type AugmentationOf<Type extends AugmentationSpec['type']> = Extract<AugmentationSpec, { readonly type: Type }>

/** What an augmentation computes with. */
export type ArgumentsOf<Type extends AugmentationSpec['type']> = Omit<AugmentationOf<Type>, 'type' | 'seed'>

const augmentationSchema = family(AUGMENTATIONS)
  .describe('An augmentation: an object with a `type`, or just the type.')
  .meta({ id: 'augmentation' })

/** The field `augment` of a feature, or of a data set of pictures. */
export const augment = z
  .array(augmentationSchema)
  .max(LONGEST_LIST)
  .default([])
  .describe(
    'Layers that change each picture at random, anew in every epoch, one after another. They see training rows only, before "steps".',
  )
