/** What the numbers of an output can be, whatever the weights: known before anything is computed. */
import type { Shape } from '../../base/shape.js'
import type { LayerSpec } from '../../spec/spec.js'
import { ACTIVATIONS } from '../activations.js'
import type { LayerRule } from './layer.js'

/** From 0 to 1; above 0; or also below 0 or above 1. */
export type Range = 'unit' | 'positive' | 'any' | 'unknown'

/** By those of the inputs, whose shapes are those of a sample. */
export function rangeOf<Spec extends LayerSpec>(
  rule: LayerRule<Spec>,
  spec: Spec,
  inputs: readonly Range[],
  shapes: readonly Shape[],
): Range {
  const activation = rule.activation?.(spec, [], shapes) ?? 'linear'
  if (activation !== 'linear') return ACTIVATIONS[activation].range ?? 'any'
  if (rule.handsOn?.(spec, false)) return inputs[0]!
  return rule.range?.(spec, inputs, shapes) ?? 'unknown'
}

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
