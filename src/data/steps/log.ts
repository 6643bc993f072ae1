/** The natural logarithm of each value plus an offset. */
import type { Field, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { mapped, numbersOf, realField } from './numbers.js'
import { checkEach } from './problem.js'
import type { Step } from './step.js'

/** Throws a StepProblem for a value that has no logarithm. */
export const log = (offset: number): Step<null> => ({
  column: ({ shape }: Field) => realField(shape),
  apply(values: Numbers, given: Field, _learnt, at) {
    const must = `above ${-offset} for a logarithm`
    checkEach(
      numbersOf(values, given),
      { width: sizeOf(given.shape), rowOf: (index) => at.row + index, must },
      (value) => value + offset > 0,
    )
    return mapped(values, given, at, (value) => Math.log(value + offset))
  },
})
