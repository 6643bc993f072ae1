/** Plans the fields of a set that comes with the program. */
import { inputKey, targetKey } from '../base/form.js'
import type { SetSpec } from '../spec/data.js'
import type { StepSpec } from '../spec/steps.js'
import { featureChain, mixable, mixes } from './augment/augmented-chain.js'
import type { Plans } from './preparation.js'

/** Keys of the fields of built-in data. */
export const [X, Y] = [inputKey('x'), targetKey('y')]

export function setPlans(set: SetSpec, seed: number): Plans {
  const augment = 'augment' in set ? set.augment : []
  const mixed = mixes(augment) ? [Y] : []
  return {
    [X]: [featureChain({ column: 'x', augment, steps: stepsOf(set), masks: [], mixed, seed })],
    [Y]: [{ column: 'y', steps: mixed.map(() => mixable) }],
  }
}

const stepsOf = ({ flatten, standardize, binarize, steps }: SetSpec): readonly StepSpec[] => [
  ...(flatten ? [{ type: 'Flatten' } as const] : []),
  ...(standardize ? [{ type: 'Standardize' } as const] : []),
  ...(binarize === null ? [] : [{ type: 'Binarize', method: binarize } as const]),
  ...steps,
]
