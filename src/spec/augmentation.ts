/**
 * Augmentations: layers that change pictures at random, anew for every sample and epoch, in training only, with the names
 * and arguments of Keras (keras/src/layers/preprocessing/image_preprocessing). A new one is one entry of its family in
 * `augmentation/`.
 */
import { z } from 'zod'
import { COLOUR } from './augmentation/colour.js'
import {
  changesPictures,
  GENERATOR,
  type GeneratorSpec,
  generatorRules,
  standardizes,
} from './augmentation/generator.js'
import { GEOMETRY } from './augmentation/geometry.js'
import { MIXING } from './augmentation/mixing.js'
import { POLICIES } from './augmentation/policies.js'
import { type DeepReadonly, family, type RuleIssue, rules } from './family.js'
import { LONGEST_LIST } from './whole.js'

export const AUGMENTATIONS = [...GEOMETRY, ...COLOUR, ...POLICIES, ...MIXING, ...GENERATOR] as const

export type AugmentationSpec = DeepReadonly<z.output<(typeof AUGMENTATIONS)[number]>>

export type AugmentationOf<Type extends AugmentationSpec['type']> = Extract<AugmentationSpec, { readonly type: Type }>

/** The fields of an augmentation that its computation needs. */
export type ArgumentsOf<Type extends AugmentationSpec['type']> = Omit<AugmentationOf<Type>, 'type' | 'seed'>

const augmentationSchema = family(AUGMENTATIONS)
  .superRefine(rules(augmentationRules))
  .describe('An augmentation: an object with a `type`, or just the type.')
  .meta({ id: 'augmentation' })

/** The field `augment` of a feature, or of a data set of pictures. */
export const augment = z
  .array(augmentationSchema)
  .max(LONGEST_LIST)
  .superRefine(rules(orderRules))
  .default([])
  .describe(
    'Layers that change each picture at random, anew in every epoch, one after another. They see training rows only, before "steps".',
  )

/** The layers that change pictures at random. */
export const randomLayers = (list: readonly AugmentationSpec[]): readonly AugmentationSpec[] =>
  list.filter((spec) => spec.type !== 'ImageDataGenerator' || changesPictures(spec))

/** The generators that stand for a step too, which comes before the other steps. */
export const standardizations = (list: readonly AugmentationSpec[]): readonly GeneratorSpec[] =>
  list.filter((spec) => spec.type === 'ImageDataGenerator').filter(standardizes)

/** Lists what is wrong in an augmentation by itself. */
function* augmentationRules(spec: AugmentationSpec): Iterable<RuleIssue> {
  if (spec.type === 'ImageDataGenerator') yield* generatorRules(spec)
}

/** Standardization comes after all random changes, so nothing may come after a generator that standardizes. */
function* orderRules(list: readonly AugmentationSpec[]): Iterable<RuleIssue> {
  for (const [index, spec] of list.slice(0, -1).entries()) {
    if (spec.type !== 'ImageDataGenerator' || !standardizes(spec)) continue
    const message = 'found an ImageDataGenerator that standardizes before other augmentations; must be the last'
    yield { code: 'order', path: [index], message }
  }
}
