/** The chain of steps that each type of feature stands for (keras/src/layers/preprocessing/feature_space.py). */
import { type FeatureSpec, FIRST_VALUES, hasArrays } from './features.js'
import { ONCE } from './once.js'
import { stepSchema } from './step-chain.js'
import type { StepSpec } from './steps.js'

type Of<Type extends FeatureSpec['type']> = Extract<FeatureSpec, { readonly type: Type }>

/** A step with its defaults. */
const step = <Type extends StepSpec['type']>(
  given: { readonly type: Type } & Partial<Extract<StepSpec, { readonly type: Type }>>,
): StepSpec => stepSchema.parse(given, ONCE)

const CHAINS: { readonly [Type in FeatureSpec['type']]: (feature: Of<Type>) => readonly StepSpec[] } = {
  float: ({ steps }) => steps,
  float_normalized: () => [step({ type: 'Normalization' })],
  float_rescaled: ({ scale, offset }) => [step({ type: 'Rescaling', scale, offset })],
  float_discretized: ({ bin_boundaries, num_bins, epsilon, output_mode }) => [
    step({
      type: 'Discretization',
      bin_boundaries,
      num_bins: bin_boundaries === null ? num_bins : null,
      epsilon,
      output_mode,
    }),
  ],
  integer_categorical: ({ max_tokens, num_oov_indices, output_mode }) => [
    step({ type: 'IntegerLookup', max_tokens, num_oov_indices, output_mode }),
  ],
  string_categorical: ({ max_tokens, num_oov_indices, output_mode }) => [
    step({ type: 'StringLookup', max_tokens, num_oov_indices, output_mode }),
  ],
  integer_hashed: ({ num_bins, output_mode }) => [step({ type: 'Hashing', num_bins, output_mode })],
  string_hashed: ({ num_bins, output_mode }) => [step({ type: 'Hashing', num_bins, output_mode })],
  integer: ({ steps }) => steps,
  string: ({ steps }) => steps,
  text: ({ column: _, missing: __, encoding: ___, ...text }) => [step({ ...text, type: 'TextVectorization' })],
  array: ({ steps }) => steps,
  image: ({ steps }) => steps,
  audio: ({ steps }) => steps,
}

/** Returns the steps of a feature. A number of a table becomes a vector of one, as in FeatureSpace. */
export function chainOf(feature: FeatureSpec): readonly StepSpec[] {
  const isNumber = FIRST_VALUES[feature.type] === 'numbers' && !hasArrays(feature)
  return [
    ...(isNumber ? [step({ type: 'Flatten' })] : []),
    ...filling(feature),
    ...(CHAINS[feature.type] as (feature: FeatureSpec) => readonly StepSpec[])(feature),
  ]
}

/** The step that fills gaps, if the feature says how. */
function filling({ missing }: FeatureSpec): readonly StepSpec[] {
  switch (missing) {
    case 'error':
    case 'drop':
    case 'category':
      return []
    case 'mean':
    case 'median':
    case 'most_frequent':
      return [step({ type: 'FillMissing', strategy: missing })]
    default: {
      const value = typeof missing === 'number' ? missing : missing.value
      return [step({ type: 'FillMissing', strategy: 'constant', value })]
    }
  }
}

/** True if a gap in the column of a feature is an error, because nothing fills it and no step takes it. */
export function refusesGaps(feature: FeatureSpec): boolean {
  if (feature.missing !== 'error') return false
  const first = 'steps' in feature ? feature.steps[0]?.type : undefined
  return first !== 'FillMissing' && first !== 'StringLookup' && first !== 'IntegerLookup'
}
