/** K-fold cross-validation: each fold validates in turn, and the others are for training. */
import { FOLDS, type Parts, rowsByGroup, shuffled } from './split-rows.js'

export interface Fold {
  /** From 0. */
  readonly index: number
  /** Number of folds. */
  readonly of: number
}

/** The fields of `fit` that divide the rows. */
export interface Fitting {
  readonly validation_split: number
  readonly k_fold?: number | null
  readonly fold?: number | null
}

/** The fold that a spec trains on the others of; the first if it names none, as for the form of the data. */
export const foldOf = ({ k_fold, fold }: Fitting): Fold | null =>
  k_fold === undefined || k_fold === null ? null : { index: (fold ?? 1) - 1, of: k_fold }

/** Moves the rows of one fold from training to validation. `foldOf` has the fold of each training row, in their order. */
export function withFold({ train, test }: Parts, foldOf: Uint32Array, index: number): Parts {
  return {
    train: train.filter((_, at) => foldOf[at] !== index),
    validation: train.filter((_, at) => foldOf[at] === index),
    test,
  }
}

/** Consecutive rows, in folds of equal size; the first ones have one more if the number does not divide. */
export function consecutiveFolds(count: number, of: number): Uint32Array {
  const [size, more] = [Math.floor(count / of), count % of]
  const longer = more * (size + 1)
  return Uint32Array.from({ length: count }, (_, row) =>
    row < longer ? Math.floor(row / (size + 1)) : more + Math.floor((row - longer) / size),
  )
}

/**
 * Rows drawn by the seed, as many of each class in every fold as possible, and as many in all. `classes` has the class
 * of each row; null if there are none.
 */
export function shuffledFolds(count: number, of: number, classes: Int32Array | null, seed: number): Uint32Array {
  const order = shuffled(count, seed, FOLDS)
  const byClass = classes === null ? order : order.toSorted((a, b) => classes[a]! - classes[b]!)
  const folds = new Uint32Array(count)
  for (const [turn, row] of byClass.entries()) folds[row] = turn % of
  return folds
}

/** All rows of a group in one fold: the largest group that is left goes to the smallest fold. */
export function groupFolds(groups: Uint32Array, of: number, seed: number): Uint32Array {
  const all = rowsByGroup(groups)
  const order = Array.from(shuffled(all.length, seed, FOLDS), (index) => all[index]!)
  const sizes = new Uint32Array(of)
  const folds = new Uint32Array(groups.length)
  for (const rows of order.toSorted((a, b) => b.length - a.length)) {
    const smallest = sizes.indexOf(Math.min(...sizes))
    for (const row of rows) folds[row] = smallest
    sizes[smallest]! += rows.length
  }
  return folds
}
