/** Fits a checkpoint to a spec and data that may have changed since it was saved. */
import { firstNames } from '../base/first-names.js'
import { UserError } from '../base/issue.js'
import type { LoadedData } from '../data/data.js'
import type { StateValues } from '../engine/engine.js'
import { historyKeysOf } from '../training/loop.js'
import { dataKey } from './data-key.js'
import type { ResumeState, ResumeWork } from './resume.js'
import type { Session } from './session.js'

/** Throws a UserError if the data are not those of the checkpoint, unless they may have changed. */
export function refuseOtherData({ facts }: ResumeState, data: LoadedData, { allowsChange }: ResumeWork): void {
  if (allowsChange || facts.data === dataKey(data)) return
  throw new UserError(
    'The data have changed since the checkpoint was saved. With --allow-change the run goes on with them as they are now.',
  )
}

const MOST_NAMES = 3

/**
 * Returns the values that the changed model has too. All others, such as slots of another optimizer, begin anew. Throws
 * a UserError if a weight does not fit, or if the history would get other measures.
 */
export async function fitCheckpoint(
  { training, runner }: Session,
  { facts }: ResumeState,
  values: StateValues,
  { hasOtherOptimizer }: Pick<ResumeWork, 'hasOtherOptimizer'>,
): Promise<{ readonly values: StateValues; readonly warnings: readonly string[] }> {
  refuseOtherMeasures(training, facts.training)
  const own = await runner.read()
  const weights = new Set(training.weights)
  const fits = (name: string) => (weights.has(name) || !hasOtherOptimizer) && values[name]?.length === own[name]!.length
  const misfits = training.weights.filter((name) => !fits(name))
  if (misfits.length > 0) {
    throw new UserError(
      `The weights of the checkpoint do not fit the changed model: ${firstNames(misfits, MOST_NAMES)}. To begin with the weights that fit, train another run with "start".`,
    )
  }
  const anew = Object.keys(own).filter((name) => !fits(name))
  return {
    values: Object.fromEntries(Object.keys(own).flatMap((name) => (fits(name) ? [[name, values[name]!]] : []))),
    warnings:
      anew.length === 0 ? [] : [`The checkpoint has no values for ${firstNames(anew, MOST_NAMES)}; they begin anew`],
  }
}

function refuseOtherMeasures(training: Session['training'], { epochs, sums }: ResumeState['facts']['training']): void {
  const outputs = new Set(training.metrics.flatMap((one) => (one.isGap ? [] : one.outputs)))
  const keys = new Set(historyKeysOf(training))
  const isSame = (before: readonly string[], now: ReadonlySet<string>) =>
    before.length === now.size && before.every((name) => now.has(name))
  const isKept =
    (epochs.length === 0 || isSame(Object.keys(epochs[0]!.metrics), keys)) &&
    (sums.samples === 0 || isSame(Object.keys(sums.outputs), outputs))
  if (isKept) return
  throw new UserError(
    'The changed spec has other measures than the history of the run, which must have the same in each epoch. Train it in another folder.',
  )
}
