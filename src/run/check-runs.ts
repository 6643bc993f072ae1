/** Checks finished runs: their expectations, and their measures against a baseline. */
import { type Issue, UserError } from '../base/issue.js'
import { SECONDS } from '../base/measured-once.js'
import { nearest } from '../base/nearest.js'
import type { Baseline } from '../export/baseline.js'
import type { CheckReport } from '../export/check-report.js'
import type { History } from '../export/history.js'
import { measuresOf } from '../export/history-measures.js'
import { readHistory, type StoredHistory } from '../export/read-history.js'
import { type Comparison, compare, type Tolerance } from '../training/verdict.js'
import { readBaseline, valueIn } from './baseline.js'
import { betterInRun } from './better.js'
import { ownVersion } from './versions.js'

/** An option about a measure, and its words on the command line. */
export interface About<Value> {
  readonly key: string
  readonly value: Value
  readonly source: string
}

export interface CheckOptions {
  /** A file of `train baseline`, or a run; undefined to check expectations only. */
  readonly baseline: string | undefined
  /** The measures to compare. Without any: those of the test, else of validation, else of training. */
  readonly tolerances: readonly About<Tolerance>[]
  /** Better directions, where the baseline does not know them. */
  readonly modes: readonly About<'min' | 'max'>[]
  /** Probability that runs of the unchanged program pass all comparisons. */
  readonly confidence: number
  /** True if the baseline may be that of another spec. */
  readonly otherSpec: boolean
}

/**
 * Throws a UserError if a file is not that of a run or a baseline, if runs and baseline are of different specs, if a
 * measure is unknown, or if nothing is there to check.
 */
export async function checkRuns(paths: readonly string[], options: CheckOptions): Promise<CheckReport> {
  const runs = await Promise.all(paths.map(readHistory))
  refuseMixed(runs)
  const { history: first, directory } = runs[0]!
  const baseline = options.baseline === undefined ? null : await readBaseline(options.baseline)
  if (baseline === null && runs.every(({ history }) => history.expectations.length === 0)) {
    throw new UserError(`Nothing to check: ${runs[0]!.label} has no expectations, and no --baseline is given.`)
  }
  if (baseline !== null && baseline.name !== first.name && !options.otherSpec) {
    throw new UserError(
      `${options.baseline} is the baseline of ${JSON.stringify(baseline.name)}, but ${runs[0]!.label} is a run of ${JSON.stringify(first.name)}. With --other-spec they are compared all the same.`,
    )
  }
  const better = await betterInRun(directory)
  const histories = runs.map(({ history }) => history)
  const comparisons = baseline === null ? [] : compareAll(histories, baseline, better, options)
  const report = runs.map(({ history, label }) => runReport(history, label))
  return {
    version: 1,
    trainspec: ownVersion(),
    name: first.name,
    passed:
      comparisons.every(({ passed }) => passed) &&
      report.every((run) => run.passed && run.expectations.every(({ passed }) => passed)),
    runs: report,
    baseline: baseline && {
      path: options.baseline!,
      seeds: baseline.seeds,
      confidence: baseline.seeds.length > 1 ? options.confidence : null,
    },
    comparisons,
    notes: baseline === null ? [] : notesOn(first, baseline, comparisons),
  }
}

/** A run counts once, and the mean of runs of different specs means nothing. */
function refuseMixed(runs: readonly StoredHistory[]): void {
  const seen = new Set<string>()
  for (const { path, label, history } of runs) {
    if (seen.has(path)) throw new UserError(`${label} is given twice`)
    seen.add(path)
    const { history: first, label: other } = runs[0]!
    if (history.name === first.name) continue
    throw new UserError(
      `${label} is a run of ${JSON.stringify(history.name)}, but ${other} is one of ${JSON.stringify(first.name)}`,
    )
  }
}

const BROKEN: readonly History['stop']['reason'][] = ['diverged', 'paused', 'interrupted', 'missing_row']

const runReport = ({ seed, total_seconds, stop: { reason }, expectations }: History, run: string) => ({
  ...{ run, seed, seconds: total_seconds, stop: reason, passed: !BROKEN.includes(reason) },
  expectations,
})

function compareAll(
  histories: readonly History[],
  baseline: Baseline,
  better: (key: string) => 'min' | 'max' | null,
  { tolerances, modes, confidence }: CheckOptions,
): Comparison[] {
  const measured = histories.map(measuresOf)
  const known = new Set([...Object.keys(baseline.measures), ...measured.flatMap((measures) => Object.keys(measures))])
  const issues = [...tolerances, ...modes].flatMap(({ key, source }) => {
    if (known.has(key)) return []
    const message = `found ${JSON.stringify(key)}, which neither the baseline nor a run has`
    return [{ code: 'unknown-metric', source, pointer: '', message, nearest: nearest(key, [...known]) }] as Issue[]
  })
  const modeOf = (key: string) =>
    modes.find((one) => one.key === key)?.value ?? measureIn(baseline, key)?.mode ?? better(key)
  const chosen =
    tolerances.length > 0
      ? tolerances
      : heldOut(Object.keys(baseline.measures)).flatMap((key) => exactly(key, modeOf(key)))
  for (const { key, source } of chosen) {
    if (!known.has(key) || modeOf(key) !== null) continue
    const message = `it is not known which values of ${JSON.stringify(key)} are better; give --mode ${key}=min or --mode ${key}=max`
    issues.push({ code: 'range', source, pointer: '', message })
  }
  if (issues.length > 0) throw new UserError('The measures to compare have a problem.', issues)
  if (chosen.length === 0) {
    throw new UserError(
      'The baseline has no measure of which the better direction is known; name one with --tolerance.',
    )
  }
  return chosen.map(({ key, value: tolerance }) => {
    const measure = measureIn(baseline, key)
    const rule = { key, mode: modeOf(key)!, tolerance, confidence: 1 - (1 - confidence) / chosen.length }
    const values = measured.map((measures) => valueIn(measures, key))
    return compare(rule, measure && { ...measure, runs: measure.values.length }, values)
  })
}

const measureIn = ({ measures }: Baseline, key: string): Baseline['measures'][string] | undefined =>
  Object.hasOwn(measures, key) ? measures[key] : undefined

/** Returns the keys of the test; without one those of validation; else those of training. */
function heldOut(keys: readonly string[]): readonly string[] {
  for (const prefix of ['test_', 'val_']) {
    const found = keys.filter((key) => key.startsWith(prefix))
    if (found.length > 0) return found
  }
  return keys.filter((key) => key !== SECONDS)
}

/** No tolerance, for a measure whose better direction is known. */
const exactly = (key: string, mode: 'min' | 'max' | null): About<Tolerance>[] =>
  mode === null ? [] : [{ key, value: { value: 0, relative: false }, source: '' }]

/** Says how the run differs from the baseline, beside what it measured. */
function notesOn(history: History, baseline: Baseline, comparisons: readonly Comparison[]): string[] {
  const { environment } = baseline
  const differ = (name: string, now: unknown, then: unknown) =>
    now === then ? [] : [`The baseline was made with ${name} ${then ?? 'unknown'}, the run with ${now ?? 'unknown'}.`]
  const versions = [...new Set([...Object.keys(environment.versions), ...Object.keys(history.versions)])]
  return [
    ...(['engine', 'device', 'precision', 'processors'] as const).flatMap((name) =>
      differ(name, history[name], environment[name]),
    ),
    ...(history.hosts ? [`The baseline was made with 1 host, the run with ${history.hosts}.`] : []),
    ...versions.flatMap((name) => differ(name, history.versions[name], environment.versions[name])),
    ...(['samples', 'validation_samples'] as const).flatMap((name) =>
      differ(name.replace('_', ' '), history[name], baseline[name]),
    ),
    ...comparisons
      .filter(({ deviation, noise }) => noise !== null && deviation === 0)
      .map(({ key }) => `${key} is the same in all runs of the baseline, so it shows no noise: give it a tolerance.`),
  ]
}
