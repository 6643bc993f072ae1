/** Weights of classes in the training loss. */
import { storedRows, type Table } from '../data/table.js'
import type { ClassWeights } from '../program/output.js'
import type { FitSpec } from '../spec/spec.js'

/** Number of rows of each class, in a field of class numbers. */
export function classCounts(table: Table, key: string, classes: number): Float64Array {
  const counts = new Float64Array(classes)
  for (const numbers of storedRows(table, key)) for (const one of numbers) counts[one]! += 1
  return counts
}

/**
 * The weights that a spec gives, or `balanced`: n / (k count) for n rows of k classes, so that each class weighs the same
 * (sklearn/utils/class_weight.py, `compute_class_weight`). `counts` gives the number of training rows of each class.
 */
export function classWeightsOf(
  { class_weight }: Pick<FitSpec, 'class_weight'>,
  counts: () => ArrayLike<number>,
): ClassWeights | null {
  if (class_weight !== 'balanced') return class_weight
  const present = Array.from(counts(), (count, index) => [String(index), count] as const).filter(
    ([, count]) => count > 0,
  )
  const rows = present.reduce((sum, [, count]) => sum + count, 0)
  return Object.fromEntries(present.map(([index, count]) => [index, rows / (present.length * count)]))
}
