/** Ranges of outputs, whatever the weights are; known before anything is computed. */

/**
 * `unit`: 0 to 1. `positive`: above 0. `any`: also below 0 or above 1. `unknown`: depends on inputs of unknown range.
 */
export type Range = 'unit' | 'positive' | 'any' | 'unknown'

/** The range of the only input, for layers that move, leave out or repeat elements. */
export const sameRange = (_spec: unknown, [given]: readonly Range[]): Range => given!

/** The range that all inputs share, for layers that choose or mix elements. */
export const commonRange = (_spec: unknown, inputs: readonly Range[]): Range =>
  inputs.every((range) => range === inputs[0]) ? inputs[0]! : 'unknown'

/** The range of a sum: numbers from 0 to 1 may add up to more than 1. */
export function rangeOfSum(_spec: unknown, inputs: readonly Range[]): Range {
  const common = commonRange(_spec, inputs)
  return common === 'unit' ? 'unknown' : common
}

/** The range of sums of products with weights, which may have any sign and size. */
export const anyRange = (): Range => 'any'
