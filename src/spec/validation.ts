/** Tells whether a spec keeps rows for validation, and checks its folds. */
import type { RuleIssue } from './family.js'
import type { OwnDataSpec } from './own-data.js'

/** The fields of a spec that say whether there is validation. */
export interface ValidationFields {
  readonly data: { readonly dataset: string } | OwnDataSpec
  readonly fit: {
    readonly validation_split: number
    readonly k_fold: number | null
    readonly fold: number | null
  }
}

/** True if a spec keeps rows for validation. */
export const validates = ({ data, fit }: ValidationFields): boolean =>
  fit.validation_split > 0 || fit.k_fold !== null || ('source' in data && bringsValidation(data))

const bringsValidation = ({ validation, split }: OwnDataSpec): boolean =>
  validation !== null || (typeof split === 'object' && split.column !== undefined)

/** Folds are the only validation, and rows in the order of a column have none. */
export function* foldRules({ data, fit: { validation_split, k_fold, fold } }: ValidationFields): Iterable<RuleIssue> {
  if (k_fold === null) {
    if (validation_split > 0 && 'source' in data && bringsValidation(data)) {
      const message = `found ${validation_split}, but "data" says itself which rows validate; leave "validation_split" out`
      yield { code: 'order', path: ['fit', 'validation_split'], message }
    }
    if (fold !== null) {
      yield { code: 'order', path: ['fit', 'fold'], message: `found ${fold}, but there are folds only with "k_fold"` }
    }
    return
  }
  if (fold !== null && fold > k_fold) {
    yield {
      code: 'range',
      path: ['fit', 'fold'],
      message: `found ${fold}, must be at most ${k_fold}, the number of folds`,
    }
  }
  if (validation_split > 0) {
    const message = 'found a share in addition to "k_fold", which validates on each fold in turn'
    yield { code: 'order', path: ['fit', 'validation_split'], message }
  }
  if (!('source' in data)) return
  const { validation, split } = data
  if (validation !== null) {
    const message = 'found a source in addition to "k_fold", which validates on each fold in turn'
    yield { code: 'order', path: ['data', 'validation'], message }
  }
  const way =
    typeof split === 'object' ? (['column', 'by'] as const).find((one) => split[one] !== undefined) : undefined
  if (way !== undefined) {
    const message = `found "${way}" in addition to "k_fold"; folds can be "shuffled", "last" (consecutive), or by "group" or "hash"`
    yield { code: 'order', path: ['data', 'split', way], message }
  }
}
