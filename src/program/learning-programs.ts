/** The programs of every kind of model that is trained. */
import type { StepPrograms } from './descent.js'
import type { Program } from './program.js'

/** The programs of a step, and those that only look at the state. */
export type LearningPrograms = StepPrograms & {
  /** Measures a batch, without training. */
  readonly evaluate: Program
  /** Outputs each layer's output, or the units of an RBM, and the loss: shows where the first NaN comes from. */
  readonly inspect: Program
  /** Outputs the indices by which layers look up rows; set if the model computes such indices. */
  readonly lookups?: Program
}

/**
 * Programs whose outputs are not sums over a batch, or that take none: each host runs them for itself, on one device.
 */
const OF_ONE_PLACE: readonly string[] = ['inspect', 'lookups', 'average', 'overwrite']

/** True for a program that hosts or devices share. */
export const isShared = (program: string): boolean => !OF_ONE_PLACE.includes(program)

export type LearningProgram = keyof LearningPrograms
