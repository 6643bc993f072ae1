/** Numbers that a layer has no row for: which they are, once a loss is NaN because of one. */
import { UserError } from '../base/issue.js'
import { hasRow, rowsInWords } from '../base/rows.js'
import type { Batch, Runner } from '../engine/engine.js'
import type { ComputedLookup } from '../model/model.js'

export interface Place {
  readonly pass: 'training' | 'evaluation'
  /** `epoch 1, step 3` */
  readonly words: string
  readonly iterations: number
}

/** Throws a UserError with the first number of this batch that a layer has no row for, if there is one. The runner has program `lookups` where there are lookups. */
export async function refuseMissingRows(
  runner: Runner,
  lookups: readonly ComputedLookup[],
  batch: Batch,
  { pass, words, iterations }: Place,
): Promise<void> {
  if (lookups.length === 0) return
  const outputs = await runner.run('lookups', batch, { iterations })
  for (const { layer, source, rows } of lookups) {
    const numbers = outputs[`${pass}/${source}`]!
    const at = numbers.findIndex((number) => !hasRow(rows, number))
    if (at < 0) continue
    const sample = Math.floor(at / (numbers.length / batch.size)) + 1
    const number = numbers[at]!
    throw new UserError(
      `${layer} is given ${Number(number.toPrecision(6))} by layer "${source}" (${words}, sample ${sample} of the batch), but ${rowsInWords(rows, { least: number, largest: number })}.`,
    )
  }
}
