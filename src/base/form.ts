/** The form of data: the fields that a model gets, by name, and the number of rows of each part. */
import type { Field, Named } from './field.js'
import type { Shape } from './shape.js'

export interface DataForm {
  /** Name of the data set, for messages. */
  readonly name: string
  /** Inputs of a model. */
  readonly inputs: Named<Field>
  /** Targets, which the outputs of a model are compared with. */
  readonly targets: Named<Field>
  /** True if each row has a weight, which multiplies its loss: a number under the key `WEIGHT`. */
  readonly weights: boolean
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number }
}

/**
 * Shape of a field as an input of a model. A number per row becomes a vector of one, as in Keras' `fit`
 * (keras/src/models/functional.py, `_adjust_input_rank`).
 */
export const inputShape = ({ shape }: Field): Shape => (shape.length === 0 ? [1] : shape)

export const inputShapes = ({ inputs }: DataForm): Named<Shape> =>
  Object.fromEntries(Object.entries(inputs).map(([name, field]) => [name, inputShape(field)]))

/** Key of an input among the fields of a table, the arrays of a batch and the inputs of a program. */
export const inputKey = (name: string): string => `x:${name}`

export const isInputKey = (key: string): boolean => key.startsWith(inputKey(''))

/** The same for a target. Keys are unlike each other and unlike the names of layers, noise and scalars. */
export const targetKey = (name: string): string => `y:${name}`

/** The same for the weights of rows. */
export const WEIGHT = 'weight:'

/** Returns the input of a model that has only one. */
export const soleInput = ({ inputs }: DataForm): Field => Object.values(inputs)[0]!

/** Returns the key of that input. */
export const soleInputKey = ({ inputs }: DataForm): string => inputKey(Object.keys(inputs)[0]!)

/** Number of classes of the first target; 0 without a target of classes. */
export const classesOf = ({ targets }: DataForm): number => Object.values(targets)[0]?.classes ?? 0

/** Returns the key of the first target. */
export const labelsKey = ({ targets }: DataForm): string => targetKey(Object.keys(targets)[0]!)
