/** Shared by the steps that take numbers and give numbers. */
import type { Field, Numbers } from '../../base/field.js'
import { Room } from '../../base/room.js'
import { type Shape, sizeOf } from '../../base/shape.js'
import { StepProblem } from './problem.js'
import type { Place, Step } from './step.js'

/** The field of numbers that a step has computed. */
export const realField = (shape: Shape): Field => ({ shape, dtype: 'float32', divisor: 1, values: 'real' })

/** The values that a field stands for, `stored / divisor`, as float32. */
export const numbersOf = (values: Numbers, { divisor }: Field): Numbers =>
  divisor === 1 ? values : Float32Array.from(values, (stored) => stored / divisor)

/** A function of each number. `element` is its index in the row. */
export type OfNumber = (value: number, element: number) => number

/** Computes a function of every number of some rows. The values may lie in the room already. */
export function mapped(
  values: Numbers,
  given: Field,
  { room = new Room() }: Pick<Place, 'room'>,
  of: OfNumber,
): Float32Array {
  const width = sizeOf(given.shape)
  const numbers = numbersOf(values, given)
  const made = room.array(Float32Array, numbers.length)
  if (width === 1) {
    for (let at = 0; at < made.length; at++) made[at] = of(numbers[at]!, 0)
    return made
  }
  for (let at = 0; at < made.length; ) {
    for (let element = 0; element < width; element++, at++) made[at] = of(numbers[at]!, element)
  }
  return made
}

/** A step that computes a function of each number and learns nothing. `of` gets the field once for many rows. */
export const mapping = (of: (given: Field) => OfNumber): Step<null> => ({
  column: (given: Field) => {
    of(given)
    return realField(given.shape)
  },
  apply: (values: Numbers, given: Field, _learnt, at) => mapped(values, given, at, of(given)),
})

/** Returns the number of an element from one for all, or from one for each element of the last axis. */
export function alongLastAxis(
  numbers: number | readonly number[],
  { shape }: Field,
  name: string,
): (element: number) => number {
  if (typeof numbers === 'number') return () => numbers
  const size = shape.at(-1) ?? 1
  if (numbers.length !== 1 && numbers.length !== size) {
    throw new StepProblem(`found ${numbers.length} numbers in "${name}", must be 1 or ${size}, as in the last axis`)
  }
  return (element) => numbers[element % numbers.length]!
}
