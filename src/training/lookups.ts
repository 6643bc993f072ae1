/** Numbers that a layer has no row for: which they are, once a loss is NaN because of one. */
import { UserError } from '../base/issue.js'
import type { Mode } from '../base/mode.js'
import { hasRow, rowsInWords } from '../base/rows.js'
import type { Batch, Runner } from '../engine/engine.js'
import type { ComputedLookup } from '../model/model.js'

/** Where a loss is NaN. */
export interface BatchPlace {
  readonly mode: Mode
  /** `epoch 1, step 3` */
  readonly words: string
  readonly iterations: number
}

/** The first number of this batch that a layer has no row for, in words. The runner has program `lookups` where there are lookups. */
export async function missingRow(
  runner: Runner,
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
      `${layer} is given ${Number(number.toPrecision(6))} by layer "${source}" (${words}, sample ${sample} of the batch), but ${rowsInWords(rows, { least: number, largest: number })}.`,
    )
  }
  return undefined
}

/** Throws it. */
export async function refuseMissingRow(...given: Parameters<typeof missingRow>): Promise<void> {
  const problem = await missingRow(...given)
  if (problem) throw problem
}
