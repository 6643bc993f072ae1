/** The form of data: the fields that a model gets, by name, and the number of rows of each part. */
import type { Field, Named } from './field.js'

export interface DataForm {
  /** Name of the data set, for messages. */
  readonly name: string
  /** Inputs of a model. */
  readonly inputs: Named<Field>
  /** Targets, which the outputs of a model are compared with. */
  readonly targets: Named<Field>
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number }
}

/** Returns the input of a model that has only one. */
export const soleInput = ({ inputs }: DataForm): Field => Object.values(inputs)[0]!

/** Returns the name of that input. */
export const inputName = ({ inputs }: DataForm): string => Object.keys(inputs)[0]!

/** Number of classes of the first target; 0 without a target of classes. */
export const classesOf = ({ targets }: DataForm): number => Object.values(targets)[0]?.classes ?? 0
