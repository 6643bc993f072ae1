/** The curves of one or more runs, panel by panel: what a picture and a terminal both draw. */
import { visible } from '../../base/visible.js'
import type { History } from '../../export/history.js'

export interface PlottedRun {
  readonly label: string
  readonly history: History
  /** Equal for runs that differ by their seed alone; null for a run that is drawn alone. */
  readonly family: string | null
}

export type Part = 'training' | 'validation'

export interface Curve {
  /** Name of the run, or of the runs whose mean it is. */
  readonly run: string
  /** Null for the learning rate. */
  readonly part: Part | null
  /** A value for each epoch; null: NaN, infinite or, after the end of a run, none. */
  readonly values: readonly (number | null)[]
  /** The least and the largest value of each epoch; null for a single run. */
  readonly spread: { readonly low: Curve['values']; readonly high: Curve['values'] } | null
}

export interface Panel {
  /** History key without `val_`. */
  readonly key: string
  /** True for positive values over more than two powers of ten, of a loss or the learning rate. */
  readonly isLog: boolean
  readonly curves: readonly Curve[]
}

export interface BestEpoch {
  readonly run: string
  readonly epoch: number
  /** History key by which it is the best. */
  readonly monitor: string
  readonly value: number | null
  /** True if early stopping chose it; false for the lowest `val_loss` of a run without early stopping. */
  readonly isMonitored: boolean
}

export interface CurvePlot {
  readonly runs: readonly string[]
  readonly panels: readonly Panel[]
  /** Best epochs of the runs that are drawn alone. */
  readonly best: readonly BestEpoch[]
  readonly epochs: number
}

export const LEARNING_RATE = 'learning_rate'
const VALIDATION = 'val_'

interface Group {
  readonly name: string
  readonly runs: readonly PlottedRun[]
}

/** `runs`: at least one. */
export function curvePlot(runs: readonly PlottedRun[]): CurvePlot {
  const groups = groupsOf(runs)
  const keys = new Set(runs.flatMap(({ history }) => Object.keys(history.metrics).map(baseOf)))
  const measured = [...keys].map((key) => ({
    key,
    curves: groups.flatMap((group) => [
      ...curveOf(group, 'training', ({ metrics }) => metrics[key]),
      ...curveOf(group, 'validation', ({ metrics }) => metrics[VALIDATION + key]),
    ]),
  }))
  const rate = {
    key: LEARNING_RATE,
    curves: groups.flatMap((group) => curveOf(group, null, (history) => history.learning_rate)),
  }
  return {
    runs: groups.map(({ name }) => name),
    panels: [...measured, rate].map((panel) => ({ ...panel, isLog: isLog(panel) })),
    best: groups.flatMap((group) => (group.runs.length === 1 ? bestOf(group) : [])),
    epochs: Math.max(...runs.map(({ history }) => history.epochs)),
  }
}

const baseOf = (key: string): string => (key.startsWith(VALIDATION) ? key.slice(VALIDATION.length) : key)

/** Groups runs of one family, in the order of the first of each. */
function groupsOf(runs: readonly PlottedRun[]): Group[] {
  const families = new Map<string, PlottedRun[]>()
  for (const [index, run] of runs.entries()) {
    const family = run.family ?? `#${index}`
    families.set(family, [...(families.get(family) ?? []), run])
  }
  const groups = [...families.values()]
  const names = distinct(
    groups.map(([first, ...others]) =>
      others.length === 0 ? first!.label : `${first!.history.name}, ${others.length + 1} seeds`,
    ),
  )
  return groups.map((members, index) => ({ name: names[index]!, runs: members }))
}

/** Characters of a name in a picture. */
const LONGEST_NAME = 56

/** Makes names printable, cuts long ones in their middle, and numbers those that are equal then. */
export function distinct(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  return names.map((name) => {
    const short = middleCut(visible(name))
    const count = (counts.get(short) ?? 0) + 1
    counts.set(short, count)
    return count === 1 ? short : `${short} (${count})`
  })
}

function middleCut(text: string): string {
  const letters = [...text]
  if (letters.length <= LONGEST_NAME) return text
  const half = Math.floor((LONGEST_NAME - 1) / 2)
  return `${letters.slice(0, half).join('')}…${letters.slice(-half).join('')}`
}

/** Returns no curve if no run of the group has the values. */
function curveOf(
  { name, runs }: Group,
  part: Part | null,
  valuesOf: (history: History) => readonly (number | null)[] | undefined,
): Curve[] {
  const found = runs.flatMap(({ history }) => valuesOf(history) ?? [])
  if (found.length === 0) return []
  const all = runs.flatMap(({ history }) => {
    const values = valuesOf(history)
    return values ? [values] : []
  })
  if (all.length === 1) return [{ run: name, part, values: all[0]!, spread: null }]
  const epochs = Math.max(...all.map(({ length }) => length))
  const byEpoch = Array.from({ length: epochs }, (_, epoch) => all.flatMap((values) => values[epoch] ?? []))
  const each = (of: (values: readonly number[]) => number) =>
    byEpoch.map((values) => (values.length === 0 ? null : of(values)))
  return [
    {
      run: name,
      part,
      values: each((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
      spread: { low: each((values) => Math.min(...values)), high: each((values) => Math.max(...values)) },
    },
  ]
}

/** The largest ratio of values on a linear axis. */
const MOST_LINEAR = 100

function isLog({ key, curves }: Pick<Panel, 'key' | 'curves'>): boolean {
  if (key !== LEARNING_RATE && !key.endsWith('loss')) return false
  const values = curves.flatMap((curve) => [...curve.values, ...(curve.spread?.low ?? [])]).filter(isNumber)
  const [least, largest] = rangeOf(values)
  return least > 0 && largest / least > MOST_LINEAR
}

const isNumber = (value: number | null): value is number => value !== null

/** Least and largest of numbers; infinities of the wrong order for none. */
export const rangeOf = (values: readonly number[]): readonly [least: number, largest: number] =>
  values.reduce<[number, number]>(
    ([least, largest], value) => [Math.min(least, value), Math.max(largest, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )

function bestOf({ name, runs: [run] }: Group): BestEpoch[] {
  const { best, metrics } = run!.history
  if (best) return [{ run: name, ...best, isMonitored: true }]
  const losses = metrics.val_loss?.filter(isNumber) ?? []
  if (losses.length === 0) return []
  const [value] = rangeOf(losses)
  const epoch = metrics.val_loss!.indexOf(value) + 1
  return [{ run: name, epoch, monitor: 'val_loss', value, isMonitored: false }]
}
