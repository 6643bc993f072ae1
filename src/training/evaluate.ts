/** Measures a model without training. */
import { samplesOf } from '../base/share.js'
import type { Batch, Runner, Scalars } from '../engine/engine.js'
import type { ComputedLookup } from '../model/model.js'
import type { LearningProgram } from '../program/learning-programs.js'
import type { Measured } from '../program/measured.js'
import { firstBad, firstBadTensor } from './bad-tensor.js'
import type { BadTensor, Metrics } from './events.js'
import { refuseMissingRow } from './lookups.js'
import { Totals } from './totals.js'

/**
 * Returns the loss and metrics over batches, without training, and the first tensor that is not finite. Measures of a
 * gap are left out, because they need two kinds of batches. Throws a UserError if a layer gets a number for which it
 * has no row.
 */
export async function evaluate(
  runner: Runner<LearningProgram>,
  batches: AsyncIterable<Batch>,
  metrics: readonly Measured[],
  signal: AbortSignal,
  lookups: readonly ComputedLookup[] = [],
): Promise<{ readonly values: Metrics; readonly bad: BadTensor | null }> {
  const totals = new Totals(withoutGaps(metrics))
  let bad: BadTensor | null = null
  for await (const { batch, scalars } of numbered(batches)) {
    signal.throwIfAborted()
    const outputs = await runner.run('evaluate', batch, scalars)
    if (totals.add(outputs, samplesOf(batch))) continue
    const measured = firstBad(outputs)!
    await refuseMissingRow(runner, lookups, batch, { mode: 'evaluation', words: 'the test', iterations: 0 })
    bad ??= await firstBadTensor(runner, batch, 0, measured)
  }
  return { values: totals.values(), bad }
}

export const withoutGaps = (metrics: readonly Measured[]): Measured[] => metrics.filter(({ isGap }) => !isGap)

/** Batches with their number, from which random numbers follow, so that every evaluation draws the same ones. */
export async function* numbered(
  batches: AsyncIterable<Batch>,
): AsyncGenerator<{ readonly batch: Batch; readonly scalars: Scalars }> {
  let iterations = 0
  for await (const batch of batches) yield { batch, scalars: { iterations: iterations++ } }
}
