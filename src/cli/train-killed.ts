/** Trains in processes: to the end, or killed again and again. */
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { UserError } from '../base/issue.js'
import { leftIn } from '../base/temporary.js'
import type { KillMoment, Mark } from '../run/verify/kill-moments.js'
import { byPlace, followRun, type Place, type Titles } from '../run/verify/progress.js'
import { EXIT } from './exit-codes.js'
import { startTrain, type TrainExit, type TrainProcess } from './train-process.js'

/** A run without a break. */
export interface WholeRun {
  readonly code: number
  readonly engine: string
  readonly seconds: number
  /** Steps of all of its trainings. */
  readonly steps: number
  readonly marks: readonly Mark[]
  readonly titles: Titles
}

/** The exit codes of a run that is complete. */
const COMPLETE: readonly (number | null)[] = [EXIT.done, EXIT.expectationFailed, EXIT.diverged]

/** Throws a UserError if the run is not complete at its end. */
export async function trainStraight(args: readonly string[], signal: AbortSignal): Promise<WholeRun> {
  const follower = followRun()
  const marks: Mark[] = []
  const began = performance.now()
  let engine = ''
  let perEpoch = 0
  let steps = 0
  const child = startTrain(args, (event) => {
    const place = follower.place(event)
    if (place !== null) marks.push({ place, milliseconds: performance.now() - began })
    if (event.event === 'start') {
      engine = event.engine
      perEpoch = event.steps_per_epoch
    } else if (event.event === 'stop') steps += event.epochs * perEpoch
  })
  const { code, messages } = await endOf(child, signal)
  if (!COMPLETE.includes(code) || marks.length === 0) {
    throw new UserError(`${messages}The run without a break ended with ${codeWords(code)}.`)
  }
  return { code: code!, engine, seconds: (performance.now() - began) / 1000, steps, marks, titles: follower.titles }
}

/** Waits for the end of a process. Kills it when the signal is aborted, and throws then. */
async function endOf(child: TrainProcess, signal: AbortSignal): Promise<TrainExit> {
  signal.addEventListener('abort', child.kill, { once: true })
  const exit = await child.ended
  signal.removeEventListener('abort', child.kill)
  signal.throwIfAborted()
  return exit
}

const codeWords = (code: number | null): string => (code === null ? 'a signal' : `exit code ${code}`)

/** A kill that has been. */
export interface Kill {
  /** The last place that was heard of; null while the process started. */
  readonly after: Place | null
  /** Time from then to the kill. */
  readonly milliseconds: number
  /** Files and folders of the run that were being written, relative to its folder. */
  readonly unfinished: readonly string[]
  /** The place from which the next process went on; null if it did not come so far. */
  readonly resumedFrom: Place | null
}

export interface KilledRun {
  readonly kills: readonly Kill[]
  /** How a process ended that could not go on. */
  readonly failure: string | null
}

export interface KillOptions {
  /** Folder of the run. */
  readonly folder: string
  readonly moments: readonly KillMoment[]
  readonly signal: AbortSignal
  /** Gets a line for each kill. */
  tell(text: string): void
}

/** `args` begin the run, or go on with it. */
export async function trainKilled(
  args: readonly string[],
  whole: WholeRun,
  { folder, moments, signal, tell }: KillOptions,
): Promise<KilledRun> {
  const kills: Kill[] = []
  /** Files of earlier kills. A process that is killed at its start does not remove them. */
  const left = new Set<string>()
  const words = placeWords(whole.titles)
  const ofKill = ({ after, milliseconds, unfinished, resumedFrom }: Kill) =>
    [
      `Kill ${kills.length} of ${moments.length}: ${Math.round(milliseconds)} ms after ${words(after)}`,
      ...(unfinished.length > 0 ? [`unfinished: ${unfinished.join(', ')}`] : []),
      ...(resumedFrom ? [`went on from ${words(resumedFrom)}`] : []),
    ].join('; ')
  const toldOf = (resumedFrom: Place | null) => {
    const last = kills.pop()
    if (!last) return
    kills.push({ ...last, resumedFrom })
    tell(ofKill(kills.at(-1)!))
  }
  for (const moment of [...moments, null]) {
    const { exit, from, last } = await untilKilled(args, whole, moment, signal)
    toldOf(from)
    for (const text of exit.warnings) tell(`Warning: ${text}`)
    if (exit.code === null && last !== null) {
      const unfinished = (await unfinishedIn(folder)).filter((path) => !left.has(path))
      for (const path of unfinished) left.add(path)
      kills.push({ ...last, unfinished, resumedFrom: null })
    } else if (exit.code !== whole.code) {
      return { kills, failure: `a process ended with ${codeWords(exit.code)}: ${exit.messages.trim()}` }
    } else if (moment !== null) {
      tell(`The run was complete before kill ${kills.length + 1}.`)
      break
    }
  }
  return { kills, failure: null }
}

/** A process that is killed at its start has no folder yet. */
const unfinishedIn = async (folder: string): Promise<readonly string[]> =>
  existsSync(folder) ? (await leftIn(folder)).map((path) => relative(folder, path)) : []

interface Attempt {
  readonly exit: TrainExit & { readonly warnings: readonly string[] }
  /** The place from which it went on. */
  readonly from: Place | null
  /** The place at which it was killed; null if it was not. */
  readonly last: Pick<Kill, 'after' | 'milliseconds'> | null
}

async function untilKilled(
  args: readonly string[],
  { titles }: WholeRun,
  moment: KillMoment | null,
  signal: AbortSignal,
): Promise<Attempt> {
  const follower = followRun(titles)
  const warnings: string[] = []
  let from: Place | null = null
  let after: Place | null = null
  let seen = performance.now()
  let last: Attempt['last'] = null
  let timer: NodeJS.Timeout | undefined
  const killIn = (milliseconds: number) => {
    timer ??= setTimeout(() => {
      last = { after, milliseconds: performance.now() - seen }
      child.kill()
    }, milliseconds)
  }
  const child = startTrain(args, (event) => {
    if (event.event === 'warning' && event.code === null) warnings.push(event.message)
    const place = follower.place(event)
    if (place === null) return
    from ??= place
    after = place
    seen = performance.now()
    if (moment?.after && byPlace(place, moment.after) >= 0) killIn(moment.milliseconds)
  })
  if (moment !== null && moment.after === null) killIn(moment.milliseconds)
  const exit = await endOf(child, signal).finally(() => clearTimeout(timer))
  return { exit: { ...exit, warnings }, from, last }
}

/** `epoch 2, step 31`, with the title of the stage or the fold if there are several. */
const placeWords =
  (titles: Titles) =>
  (place: Place | null): string => {
    if (place === null) return 'the start of the process'
    const { training, epoch, step } = place
    if (!Number.isFinite(training)) return 'the end of the run'
    const title = titles.length > 1 ? `${titles[training - 1]}, ` : ''
    if (!Number.isFinite(epoch)) return `${title}the end of training`
    return Number.isFinite(step) ? `${title}epoch ${epoch}, step ${step}` : `${title}epoch ${epoch}`
  }
