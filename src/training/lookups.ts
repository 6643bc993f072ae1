/** Finds numbers for which a layer has no row, after a loss is NaN because of one. */
import { UserError } from '../base/issue.js'
import type { Mode } from '../base/mode.js'
import { hasRow, rowsInWords } from '../base/rows.js'
import type { Batch, Runner } from '../engine/engine.js'
import type { ComputedLookup } from '../model/model.js'

/** The place of a loss that is NaN. */
export interface BatchPlace {
  readonly mode: Mode
  /** `epoch 1, step 3` */
  readonly words: string
  readonly iterations: number
}

/**
 * Returns an error about the first number of this batch for which a layer has no row, if there is one. The runner must
 * have program `lookups` if there are lookups.
 */
export async function missingRow(
  runner: Runner<'lookups'>,
  lookups: readonly ComputedLookup[],
  batch: Batch,
  { mode, words, iterations }: BatchPlace,
): Promise<UserError | undefined> {
  if (lookups.length === 0) return undefined
  const outputs = await runner.run('lookups', batch, { iterations })
  for (const { layer, source, rows } of lookups) {
    const numbers = outputs[`${mode}/${source}`]!
    const at = numbers.findIndex((number) => !hasRow(rows, number))
    if (at < 0) continue
    const sample = Math.floor(at / (numbers.length / batch.size)) + 1
    const number = numbers[at]!
    return new UserError(
      `${layer} gets the number ${Number(number.toPrecision(6))} from layer "${source}" (${words}, sample ${sample} of the batch), but ${rowsInWords(rows, { least: number, largest: number })}.`,
    )
  }
  return undefined
}

/** The same, but throws the error. */
export async function refuseMissingRow(...given: Parameters<typeof missingRow>): Promise<void> {
  const problem = await missingRow(...given)
  if (problem) throw problem
}
