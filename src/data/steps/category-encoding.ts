/** `CategoryEncoding` (keras/src/layers/preprocessing/category_encoding.py). */
import type { Numbers } from '../../base/field.js'
import type { StepOf } from '../../spec/steps.js'
import { isField, type Values, widthOf } from '../column.js'
import { type Encoding, encoded, encodedField } from './encode.js'
import { checkEach } from './problem.js'
import type { Step } from './step.js'

type Spec = Pick<StepOf<'CategoryEncoding'>, 'num_tokens' | 'output_mode'>

/** A number that is none of a category is an error; Keras leaves it out. */
export function categoryEncoding({ num_tokens: depth, output_mode: mode }: Spec): Step<null> {
  const encoding: Encoding = { mode, depth }
  return {
    column: (given) => encodedField(given, encoding),
    apply(values: Values, given, _learnt, { row }) {
      const divisor = isField(given) ? given.divisor : 1
      const numbers = values as Numbers | Float64Array
      const must = `whole numbers from 0 to ${depth - 1}`
      const isCategory = (stored: number) => {
        const number = stored / divisor
        return Number.isInteger(number) && number >= 0 && number < depth
      }
      checkEach(numbers, { width: widthOf(given), rowOf: (index) => row + index, must }, isCategory)
      return encoded(
        Int32Array.from(numbers, (stored) => stored / divisor),
        given,
        encoding,
      )
    },
  }
}
