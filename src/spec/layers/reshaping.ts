/** Flatten, Reshape, Permute and RepeatVector (keras/src/layers/reshaping). */
import { z } from 'zod'
import { type RuleIssue, rules } from '../family.js'
import { MOST_AXES, whole } from '../whole.js'
import { layer, size } from './layer.js'

export const RESHAPING = [
  layer('Flatten', 'Makes each sample a vector: (28, 28) becomes (784).', {}),
  layer('Reshape', 'Gives each sample another shape of the same number of elements.', {
    target_shape: z
      .array(whole(-1))
      .min(1)
      .max(MOST_AXES - 1)
      .superRefine(rules(targetShapeRules))
      .describe('The new shape, without the batch. One dimension may be -1; it is inferred from the others.'),
  }),
  layer('Permute', 'Changes the order of the axes of each sample.', {
    dims: z
      .array(size)
      .min(1)
      .max(MOST_AXES - 1)
      .superRefine(rules(permutationRules))
      .describe('The axes in their new order, counted from 1: [2, 1] swaps two.'),
  }),
  layer('RepeatVector', 'Repeats each sample, a vector, n times: (4) becomes (n, 4).', {
    n: size.describe('How many times, at least 1.'),
  }),
] as const

/** At most one dimension may be -1, and none may be 0. Draft 7 of JSON Schema cannot express this. */
function* targetShapeRules(shape: readonly number[]): Iterable<RuleIssue> {
  const free = shape.indexOf(-1)
  for (const [index, dim] of shape.entries()) {
    if (dim === 0) yield { code: 'range', path: [index], message: 'found 0, must be at least 1, or -1 to infer it' }
    if (dim === -1 && index !== free) {
      yield { code: 'range', path: [index], message: `found a second -1, but only one dimension can be inferred` }
    }
  }
}

/** Each axis, counted from 1, must appear exactly once. */
function* permutationRules(dims: readonly number[]): Iterable<RuleIssue> {
  for (const [index, dim] of dims.entries()) {
    if (dim > dims.length) {
      yield {
        code: 'range',
        path: [index],
        message: `found ${dim}, must be at most ${dims.length}, the number of axes`,
      }
    } else if (dims.indexOf(dim) !== index) {
      yield { code: 'range', path: [index], message: `found ${dim} again; each axis must appear exactly once` }
    }
  }
}
