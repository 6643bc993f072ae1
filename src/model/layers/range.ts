/** What the numbers of an output can be, whatever the weights: known before anything is computed. */

/** From 0 to 1; above 0; or also below 0 or above 1. */
export type Range = 'unit' | 'positive' | 'any' | 'unknown'

/** That of the only input: of layers that move, leave out or repeat elements. */
export const sameRange = (_spec: unknown, [given]: readonly Range[]): Range => given!

/** That of all inputs where it is the same: of layers that choose or mix elements. */
export const commonRange = (_spec: unknown, inputs: readonly Range[]): Range =>
  inputs.every((range) => range === inputs[0]) ? inputs[0]! : 'unknown'

/** Of sums: those of numbers from 0 to 1 may be above. */
export function rangeOfSum(_spec: unknown, inputs: readonly Range[]): Range {
  const common = commonRange(_spec, inputs)
  return common === 'unit' ? 'unknown' : common
}

/** Of sums of products with weights, which may be any. */
export const anyRange = (): Range => 'any'
