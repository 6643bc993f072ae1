/** Chains of features that may be augmented, and of the targets that are mixed with them. */
import type { Field, Numbers } from '../../base/field.js'
import { type AugmentationSpec, randomLayers, standardizations } from '../../spec/augmentation.js'
import type { ChainStep } from '../../spec/steps.js'
import type { Chain } from '../preparation.js'
import { stepOf } from '../steps/registry.js'
import type { Step } from '../steps/step.js'
import { atInference } from './inference.js'
import { isMixing } from './picture-field.js'
import type { Augmented } from './recipe.js'
import { augmentationOf } from './registry.js'

export const mixes = (augment: readonly AugmentationSpec[]): boolean => augment.map(augmentationOf).some(isMixing)

/** Steps of a feature, which come after its augmentation if it has one. */
export interface FeatureSteps extends Pick<Augmented, 'augment' | 'masks' | 'mixed'> {
  readonly column: string
  readonly steps: readonly ChainStep[]
  readonly seed: number
}

export function featureChain({ column, augment: list, steps: further, seed, ...rest }: FeatureSteps): Chain {
  const augment = randomLayers(list)
  const specs = [...standardizations(list), ...further]
  const steps = specs.map((step) => stepOf(step, seed))
  if (augment.length === 0) return { column, steps, specs }
  return { column, steps: [atInference(augment), ...steps], specs, augmented: { ...rest, augment, steps: specs } }
}

/** Numbers that mix: a class becomes its probabilities, and anything else float32. */
export const mixable: Step<null> = {
  column({ shape, values, classes }: Field): Field {
    const isClass = classes !== undefined && shape.length === 0
    return {
      shape: isClass ? [classes] : shape,
      dtype: 'float32',
      divisor: 1,
      values: isClass || values === 'binary' ? 'probability' : 'real',
    }
  },
  apply(values: Numbers, { shape, classes, divisor }: Field) {
    if (classes === undefined || shape.length > 0) return Float32Array.from(values, (stored) => stored / divisor)
    const ones = new Float32Array(values.length * classes)
    for (let row = 0; row < values.length; row++) ones[row * classes + values[row]!] = 1
    return ones
  },
}
