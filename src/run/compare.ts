/** Compares finished runs: their specs, their measures, their time. */
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { within, withPaths } from '../data/own/paths.js'
import type { CompareReport } from '../export/compare-report.js'
import { epochOfModel, measuresOf } from '../export/history-measures.js'
import type { StoredHistory } from '../export/read-history.js'
import { parseSpec } from '../spec/parse.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { valueIn } from './baseline.js'
import { betterInRun } from './better.js'
import { type Difference, differences } from './differences.js'
import { ownVersion } from './versions.js'

/** `runs`: at least two. */
export async function compareRuns(runs: readonly StoredHistory[]): Promise<CompareReport> {
  const specs = await Promise.all(runs.map(({ directory }) => (directory === null ? undefined : specIn(directory))))
  return {
    version: 1,
    trainspec: ownVersion(),
    runs: runs.map(aboutRun),
    spec: specs.includes(undefined) ? null : differences(specs).map(asField),
    measures: await compareMeasures(runs),
  }
}

const asField = ({ path, values }: Difference) => ({
  path: path.join('.'),
  values: values.map((value) => (value === undefined ? null : { value })),
})

function aboutRun({ label, history }: StoredHistory): CompareReport['runs'][number] {
  const { name, started, seed, engine, epochs, best, stop, total_seconds, seconds } = history
  return {
    run: label,
    ...{ name, started, seed, engine, epochs },
    model_epoch: epochOfModel(history),
    best,
    stop: stop.reason,
    total_seconds,
    seconds_per_epoch: seconds.toSorted((a, b) => a - b)[seconds.length >> 1] ?? null,
  }
}

async function compareMeasures(runs: readonly StoredHistory[]): Promise<CompareReport['measures']> {
  const measures = runs.map(({ history }) => measuresOf(history))
  const directions = await Promise.all(runs.map(({ directory }) => betterInRun(directory)))
  const keys = [...new Set(measures.flatMap((own) => Object.keys(own)))]
  return keys.map((key) => {
    const values = measures.map((own) => valueIn(own, key) ?? null)
    const known = new Set(measures.flatMap((own, index) => (Object.hasOwn(own, key) ? [directions[index]!(key)] : [])))
    const better = known.size === 1 ? [...known][0]! : null
    return { key, better, values, best: bestOf(values, better) }
  })
}

/** Returns the numbers of the best values; none if all are equal, or neither direction is better. */
function bestOf(values: readonly (number | null)[], better: 'min' | 'max' | null): number[] {
  const numbers = values.filter((value) => value !== null)
  if (better === null || new Set(numbers).size < 2) return []
  const best = numbers.reduce((one, other) => Math[better](one, other))
  return values.flatMap((value, index) => (value === best ? [index] : []))
}

/** The spec of a run, with paths as they are seen from the current folder, so that they can be compared. */
async function specIn(directory: string): Promise<ResolvedSpec> {
  const source = join(directory, RUN_FILES.spec)
  const text = await inWords(`read ${source}`, () => readFile(source, 'utf8'))
  const { spec, issues } = parseSpec(text, { source })
  if (!spec) throw new UserError('The spec of a run is not one of this version of trainspec.', issues)
  const { start } = spec
  return {
    ...spec,
    data: withPaths(spec.data, (path) => within(directory, path)),
    ...(start && { start: { ...start, from: isAbsolute(start.from) ? start.from : join(directory, start.from) } }),
  } as ResolvedSpec
}
