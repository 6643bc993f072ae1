/** Plans a sweep: makes the spec of every trial, and checks all of them before the first one trains. */
import { type Issue, UserError } from '../../base/issue.js'
import { jsonOf } from '../../base/json.js'
import type { DataWatch } from '../../data/watch.js'
import type { Override } from '../../spec/override.js'
import { parseSpec } from '../../spec/parse.js'
import { toPointer } from '../../spec/pointer.js'
import { isStacked, type ResolvedSpec } from '../../spec/spec.js'
import type { SweepSpec } from '../../spec/sweep.js'
import { cutTo } from '../../spec/words.js'
import { type CheckedSpec, type Refusal, readText, refused, specText } from '../read-spec.js'
import { hasFolds } from '../train-folds.js'
import { type Monitor, monitorOf } from './monitor.js'
import { type Rung, rungsOf } from './rungs.js'
import { type SharedData, sharedData } from './shared-data.js'
import { type Trial, trialsOf } from './trials.js'

/** A trial whose spec has no problems. */
export interface PlannedTrial extends Trial {
  /** Complete, with everything decided; its paths are seen from the current folder. */
  readonly spec: ResolvedSpec
}

export interface SweepPlan {
  readonly sweep: SweepSpec
  readonly monitor: Monitor
  /** One for a sweep without halving. */
  readonly rungs: readonly Rung[]
  readonly trials: readonly PlannedTrial[]
  readonly warnings: readonly Issue[]
  /** Lines that say what was decided about the data of the first trial. */
  readonly decided: readonly string[]
  /** Number of rows of the first trial. */
  readonly rows: Readonly<Record<'train' | 'validation' | 'test', number>>
  readonly data: SharedData
}

/** Plans the sweep of a spec. Throws a UserError that lists every problem of every trial. */
export async function planSweep(
  source: string,
  overrides: readonly Override[],
  stdin: NodeJS.ReadableStream | null,
  watch: DataWatch,
): Promise<SweepPlan> {
  const text = await specText(source, stdin)
  if (typeof text !== 'string') throw refused({ issues: [text] })
  return planText(text, source, overrides, watch)
}

/** The same for the text of a spec. `source` is the path that the file has. */
export async function planText(
  text: string,
  source: string,
  overrides: readonly Override[],
  watch: DataWatch,
): Promise<SweepPlan> {
  const base = parseSpec(text, { source, overrides })
  if (!base.spec) throw refused(base)
  const { sweep, document } = base
  if (!sweep) {
    throw new UserError(
      'Nothing is given to try: name a field and its values, such as --grid fit.batch_size=32,128, or write "sweep" into the spec.',
    )
  }
  const trials = trialsOf(sweep)
  const data = sharedData()
  const placeOf = (path: string): string => {
    const kind = Object.hasOwn(sweep.grid, path) ? 'grid' : 'random'
    const { source: at, position } = document.locate(toPointer(['sweep', kind, path]))
    return position ? `${at}:${position.line}:${position.column}` : at
  }
  const checked: (CheckedSpec & { readonly trial: Trial })[] = []
  let monitor: Monitor | undefined
  const problems = new TrialIssues()
  const warnings = new TrialIssues()
  for (const trial of trials) {
    const tried = Object.entries(trial.values).map(([path, value]) => {
      // lists and objects are changed in place when they are checked
      return { path: path.split('.'), value: structuredClone(value), source: placeOf(path) }
    })
    const read = await readText(text, source, [...overrides, ...tried], watch, { open: data.open })
    if (!('spec' in read)) {
      problems.add(trial, read)
      continue
    }
    warnings.add(trial, { issues: read.warnings })
    // all are compared by what the first one is
    const own = monitorOf(read.spec, monitor?.key ?? sweep.monitor)
    if ('problem' in own) {
      const { path, ...rest } = own.problem
      problems.add(trial, { issues: [read.issue({ ...rest, pointer: toPointer(path) })] })
      continue
    }
    monitor ??= own
    checked.push({ ...read, trial })
  }
  if (problems.count > 0) throw refused(problems.all(trials.length), 'The sweep')
  const [first] = checked
  const { spec } = first!
  const { rungs, problem } = rungsFor(sweep, spec, trials.length)
  if (problem !== undefined) {
    throw refused({ issues: [document.issue({ code: 'range', pointer: '/sweep/halving', message: problem })] })
  }
  return {
    sweep,
    rungs,
    monitor: monitor!,
    trials: checked.map(({ trial, spec: own }) => ({ ...trial, spec: own })),
    warnings: warnings.all(trials.length).issues,
    decided: first!.data.decided,
    rows: first!.data.form.rows,
    data,
  }
}

/** Returns the rungs of all trials, or why they cannot be halved. */
function rungsFor(
  { halving }: SweepSpec,
  spec: ResolvedSpec,
  trials: number,
): { rungs: readonly Rung[]; problem?: string } {
  const { epochs } = spec.fit
  const whole = [{ epochs, trials }]
  if (halving === null) return { rungs: whole }
  if (isStacked(spec)) return { rungs: whole, problem: 'a DBN trains in stages, whose epochs cannot be halved' }
  if (hasFolds(spec))
    return { rungs: whole, problem: '"k_fold" trains several models in each trial, which cannot be halved' }
  const rungs = rungsOf(halving, trials, epochs)
  if (rungs.length > 1) return { rungs }
  const { factor, min_epochs } = halving
  return {
    rungs,
    problem: `there is nothing to halve: a factor of ${factor} needs at least ${factor} trials and ${factor * min_epochs} epochs, and there are ${trials} and ${epochs}`,
  }
}

/** Issues of trials. What several trials have is one issue, which says in which trials. */
class TrialIssues {
  readonly #found = new Map<string, { readonly issue: Issue; readonly trials: Trial[] }>()
  #summary: string | undefined

  get count(): number {
    return this.#found.size
  }

  add(trial: Trial, { issues, summary }: Refusal): void {
    this.#summary ??= summary
    for (const issue of issues) {
      const key = JSON.stringify(issue)
      const known = this.#found.get(key)
      if (known) known.trials.push(trial)
      else this.#found.set(key, { issue, trials: [trial] })
    }
  }

  /** `of`: number of all trials. */
  all(of: number): Refusal {
    const issues = [...this.#found.values()].map(({ issue, trials }) =>
      trials.length === of ? issue : { ...issue, details: [...(issue.details ?? []), whereWords(trials)] },
    )
    return { issues, ...(this.#summary !== undefined && { summary: this.#summary }) }
  }
}

/** `in trial 3: fit.batch_size=0`, `in 4 trials, such as 3: fit.batch_size=0` */
function whereWords(trials: readonly Trial[]): string {
  const [{ number, values }] = trials as [Trial]
  const which = trials.length === 1 ? `trial ${number}` : `${trials.length} trials, such as ${number}`
  return `in ${which}: ${valuesText(values)}`
}

/** `fit.batch_size=32, optimizer.type=SGD` */
export const valuesText = (values: Trial['values']): string =>
  Object.entries(values)
    .map(([path, value]) => `${path}=${cutTo(LONGEST, valueText(value))}`)
    .join(', ')

const LONGEST = 60

/** A value as `--set` takes it. */
export const valueText = (value: unknown): string =>
  typeof value === 'string' && jsonOf(value) === undefined ? value : JSON.stringify(value)
