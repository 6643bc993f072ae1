/** Shows the trials of a sweep on standard error: in a terminal a table in one place, else a line for each that ends. */
import { liveBlock } from '../report/live-block.js'
import { liveSweepLines, trialLine } from '../report/sweep.js'
import type { SweepPlan } from '../run/sweep/plan.js'
import { progressOf, sweepReport, type TrialProgress } from '../run/sweep/results.js'
import type { TrialState } from '../run/sweep/run-trials.js'
import { epochsLeft, epochsSoFar, secondsLeft } from '../run/sweep/time-left.js'
import { type Io, mayRedraw, type Voice } from './io.js'

/** Milliseconds between two looks at the files of the trials under way. */
const PAUSE = 1000

export interface ShownTrials {
  changed(state: TrialState): void
  end(): void
}

export interface TrialsToShow {
  readonly folder: string
  readonly plan: SweepPlan
  readonly states: readonly TrialState[]
  readonly voice: Voice
  readonly io: Io
}

export function showTrials({ folder, plan, states, voice, io }: TrialsToShow): ShownTrials {
  const { rungs, monitor } = plan
  const began = performance.now()
  const before = epochsSoFar(states, new Map())
  let progress: ReadonlyMap<number, TrialProgress> = new Map()
  const left = () => {
    const done = epochsSoFar(states, progress) - before
    return secondsLeft(done, (performance.now() - began) / 1000, epochsLeft(states, rungs, progress))
  }
  const report = () => sweepReport(folder, plan, states, progress)
  if (!mayRedraw(io, io.stderr)) {
    return {
      changed({ trial, isRunning, ending, kills }) {
        if (isRunning) return
        const now = report()
        const { state } = now.trials.find((one) => one.trial === trial.number)!
        const isTriedAgain = kills > 0 && (state === 'waiting' || state === 'interrupted')
        voice.say(
          isTriedAgain
            ? `Trial ${trial.number} of ${states.length}: ${ending}; it is started again.`
            : trialLine(now, trial.number, left()),
        )
      },
      end: () => {},
    }
  }
  const block = liveBlock(io.stderr)
  voice.leaving(() => block.leave())
  const draw = () => block.draw(liveSweepLines(report(), left()))
  let isLooking = false
  let hasEnded = false
  const look = async () => {
    if (isLooking) return
    isLooking = true
    progress = await progressOf(folder, states, monitor.key)
    isLooking = false
    if (!hasEnded) draw()
  }
  const timer = setInterval(look, PAUSE)
  return {
    changed: () => draw(),
    end() {
      hasEnded = true
      clearInterval(timer)
      voice.leaving(() => {})
      block.clear()
    },
  }
}
