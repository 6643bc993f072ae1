/** A baseline: made of the histories of runs, or read from a file. */
import { stat } from 'node:fs/promises'
import { isObject } from '../base/json.js'
import { deviationOf, meanOf } from '../base/variance.js'
import { type Baseline, baselineOf } from '../export/baseline.js'
import type { History } from '../export/history.js'
import { type Measures, measuresOf } from '../export/history-measures.js'
import { readJson } from '../export/read-document.js'
import { readHistory } from '../export/read-history.js'
import { type BetterOf, betterInRun } from './better.js'
import { ownVersion } from './versions.js'

/** Makes the baseline of runs of one spec, in their order. A measure has a value for each run that the first has. */
export function makeBaseline(histories: readonly [History, ...History[]], betterOf: BetterOf, made: Date): Baseline {
  const [first] = histories
  const { name, engine, device, precision, processors, versions, samples, validation_samples } = first
  const each = histories.map(measuresOf)
  return {
    version: 1,
    name,
    trainspec: ownVersion(),
    made: made.toISOString(),
    environment: { engine, device, precision, processors, versions },
    ...{ samples, validation_samples },
    seeds: histories.map(({ seed }) => seed),
    measures: Object.fromEntries(
      Object.keys(each[0]!).map((key) => {
        const values = each.map((measures) => valueIn(measures, key) ?? null)
        const numbers = values.filter((value) => value !== null)
        const isWhole = numbers.length === values.length
        const mean = isWhole ? meanOf(numbers) : null
        const deviation = isWhole && numbers.length > 1 ? deviationOf(numbers) : null
        return [key, { mode: betterOf(key), mean, deviation, values }]
      }),
    ),
  }
}

/** Returns a measure; undefined if there is none of this key. */
export const valueIn = (measures: Measures, key: string): number | null | undefined =>
  Object.hasOwn(measures, key) ? measures[key] : undefined

/**
 * Reads a file of `train baseline`, or makes a baseline of one run. Throws a UserError that names the file if it is
 * neither.
 */
export async function readBaseline(path: string): Promise<Baseline> {
  const isFile = (await stat(path).catch(() => undefined))?.isFile()
  const value = isFile ? await readJson(path) : undefined
  if (isObject(value) && Object.hasOwn(value, 'measures')) return baselineOf(value, path)
  const { history, directory } = await readHistory(path)
  return makeBaseline([history], await betterInRun(directory), new Date(history.started))
}
