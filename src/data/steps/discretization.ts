/** `Discretization` (keras/src/layers/preprocessing/discretization.py): each number becomes the number of its bin. */
import type { Field, Numbers } from '../../base/field.js'
import type { StepOf } from '../../spec/steps.js'
import { type Encoding, encoded, encodedField } from './encode.js'
import { numbersOf } from './numbers.js'
import { quantiles } from './quantiles.js'
import type { Step } from './step.js'

type Spec = Pick<StepOf<'Discretization'>, 'bin_boundaries' | 'num_bins' | 'epsilon' | 'output_mode'>

type Boundaries = { readonly boundaries: readonly number[] }

/** There are always `num_bins` bins, as in Keras' FeatureSpace, even if few training rows fill fewer of them. */
export function discretization({ bin_boundaries, num_bins, epsilon, output_mode }: Spec): Step<Boundaries | null> {
  const depth = bin_boundaries === null ? num_bins! : bin_boundaries.length + 1
  const encoding: Encoding = { mode: output_mode, depth }
  return {
    ...(bin_boundaries === null && {
      learning(given: Field) {
        const learning = quantiles(epsilon)
        return {
          see: (values: Numbers) => learning.add(numbersOf(values, given)),
          end: () => ({ learnt: { boundaries: learning.boundaries(depth) } }),
        }
      },
    }),
    column: (given) => encodedField(given, encoding),
    apply(values: Numbers, given: Field, learnt) {
      const boundaries = Float32Array.from(bin_boundaries ?? learnt!.boundaries)
      return encoded(
        Int32Array.from(numbersOf(values, given), (value) => binOf(value, boundaries)),
        given,
        encoding,
      )
    },
  }
}

/** Number of boundaries that are not above the value. */
function binOf(value: number, boundaries: Float32Array): number {
  let [low, high] = [0, boundaries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (boundaries[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}
