/** `Normalization` (keras/src/layers/preprocessing/normalization.py). */
import type { Field, Numbers } from '../../base/field.js'
import { formatShape } from '../../base/shape.js'
import type { StepOf } from '../../spec/steps.js'
import { type Groups, groupsAlong, learningMoments, type Moments } from './moments.js'
import { mapped, realField } from './numbers.js'
import { StepProblem } from './problem.js'
import type { Place, Step } from './step.js'

type Spec = StepOf<'Normalization'>

/** Keras' `epsilon()`, the least deviation that values are divided by. */
export const LEAST_DEVIATION = 1e-7

export function normalization(spec: Spec): Step<Moments> | Step<null> {
  const { axis, invert } = spec
  const scaled = (values: Numbers, given: Field, { means, variances }: Moments, at: Place) => {
    const { of } = groupsOf(given, axis)
    const deviations = variances.map((one) => Math.max(Math.sqrt(one), LEAST_DEVIATION))
    const [mean, deviation] = [means[0]!, deviations[0]!]
    if (means.length === 1 && !invert) return mapped(values, given, at, (value) => (value - mean) / deviation)
    return mapped(values, given, at, (value, element) => {
      const group = of[element]!
      return invert ? means[group]! + value * deviations[group]! : (value - means[group]!) / deviations[group]!
    })
  }
  if (isLearned(spec)) {
    return {
      column: ({ shape }: Field) => realField(shape),
      learning: (given: Field) => learningMoments(given, groupsOf(given, axis)),
      apply: scaled,
    }
  }
  return {
    column(given: Field) {
      momentsOf(spec, given, null)
      return realField(given.shape)
    },
    apply: (values: Numbers, given: Field, _learnt: null, at: Place) =>
      scaled(values, given, momentsOf(spec, given, null), at),
  }
}

const isLearned = ({ mean, variance }: Spec): boolean => mean === null || variance === null

/** The moments of each group: those that were learned, or those of the spec. */
export function momentsOf(spec: Spec, given: Field, learnt: Moments | null): Moments {
  if (isLearned(spec)) return learnt!
  const { count } = groupsOf(given, spec.axis)
  const last = lastKept(given, spec.axis)
  return { means: spread(spec.mean!, count, last), variances: spread(spec.variance!, count, last) }
}

/** The elements that share a mean. A single number counts as a row of one element. */
export const groupsOf = ({ shape, ...rest }: Field, axis: Spec['axis']): Groups =>
  groupsAlong({ ...rest, shape: shape.length === 0 ? [1] : shape }, keptAxes(shape, axis))

/** The axes of a row, from 0, each element of which has its own mean, in rising order. */
function keptAxes(shape: Field['shape'], axis: Spec['axis']): readonly number[] {
  const axes = Math.max(shape.length, 1) + 1
  const kept = [axis ?? []].flat().map((one) => (one < 0 ? one + axes : one))
  const wrong = kept.findIndex((one) => one < 1 || one >= axes)
  if (wrong >= 0) {
    const found = [axis].flat()[wrong]
    throw new StepProblem(
      `found axis ${found} of rows ${formatShape([null, ...shape])}, must be 1 to ${axes - 1} or -1 to -${axes - 1}`,
    )
  }
  return [...new Set(kept)].map((one) => one - 1).toSorted((a, b) => a - b)
}

/** Number of elements of the last axis that is kept. */
const lastKept = ({ shape }: Field, axis: Spec['axis']): number => {
  const last = keptAxes(shape, axis).at(-1)
  return last === undefined ? 1 : (shape[last] ?? 1)
}

/** Spreads one number, or one for each element of the last kept axis, over all groups. */
function spread(numbers: number | readonly number[], count: number, last: number): number[] {
  const list = [numbers].flat() as readonly number[]
  if (list.length !== 1 && list.length !== last) {
    throw new StepProblem(`found ${list.length} numbers in "mean", must be 1 or ${last}, as in the axis`)
  }
  return Array.from({ length: count }, (_, group) => list[group % list.length]!)
}
