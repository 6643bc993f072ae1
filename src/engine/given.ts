/** Looks up the inputs of a step. A missing one is an internal error. */
import { sizeOf, withBatch } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import type { BatchInput, Program, Programs, ScalarInput } from '../program/program.js'
import type { Batch, Scalars } from './engine.js'

export function programNamed(programs: Programs, name: string): Program {
  const program = programs[name]
  if (!program) throw new Error(`internal: no program ${name}`)
  return program
}

/** The array of an input. Throws if its length does not match the input's shape. */
export function arrayFor({ name, shape }: BatchInput, { size, arrays }: Batch): Batch['arrays'][string] {
  const array = arrays[name]
  const elements = sizeOf(withBatch(shape, size))
  if (array?.length !== elements) {
    throw new Error(`internal: batch ${name} has ${array?.length} elements, not ${elements}`)
  }
  return array
}

export function numberFor({ name, of }: ScalarInput, scalars: Scalars): number {
  const given = of ? 'iterations' : name
  const value = scalars[given]
  if (value === undefined) throw new Error(`internal: no value for ${given}`)
  return of ? of(value) : value
}

/** The state that programs share, each slot once. */
export function stateOf(programs: Programs): Slot[] {
  const slots = Object.values(programs).flatMap(({ state }) => state)
  return [...new Map(slots.map((slot) => [slot.name, slot])).values()]
}

/** Returns a copy of numbers: in a new array, or in a given one of their length. */
export function copied(numbers: Float32Array, into?: Float32Array): Float32Array {
  if (!into) return numbers.slice()
  into.set(numbers)
  return into
}
