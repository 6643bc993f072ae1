/** Decides what to do about signals. Runs in JavaScript's main thread and in a second one, which is never busy. */
import { EXIT } from './exit-codes.js'

/**
 * The loss if the command ended at once: `idle` nothing, `training` the results, `saving` a half-written file,
 * `answering` the requests under way, `trials` what they have trained since their last checkpoints.
 */
export const PHASES = { idle: 0, training: 1, saving: 2, answering: 3, trials: 4 } as const

export type Phase = (typeof PHASES)[keyof typeof PHASES]

export interface Watched {
  phase(): Phase
  /** Milliseconds. */
  now(): number
  after(milliseconds: number, work: () => void): void
  /** Prints a message for a person at a terminal; once for each number, by whichever thread comes first. */
  say(once: number, text: string): void
  /** Ends the process. */
  end(exitCode: number): void
}

/** A signal sooner than this after the last is a repeat of it: from the same key press, or passed on by a launcher. */
const SAME_MS = 250
/** Time for work to end in good order when nothing would be lost. */
const IDLE_MS = 1000

const SAYINGS: { readonly [Value in Exclude<Phase, 0>]: string } = {
  [PHASES.training]: 'Finishing the step',
  [PHASES.saving]: 'Writing the results',
  [PHASES.answering]: 'Answering the requests under way',
  [PHASES.trials]: 'Ending the trials under way, each with a checkpoint',
}
const AGAIN = 'press Ctrl-C again to stop at once.'

/** Returns a function to call on each signal, with the exit code that the signal stands for. */
export function watch({ phase, now, after, say: tell, end }: Watched): (exitCode: number) => void {
  let heard = 0
  let last = Number.NEGATIVE_INFINITY
  return (exitCode) => {
    if (now() - last < SAME_MS) return
    last = now()
    heard++
    const found = phase()
    // only SIGINT comes from a key of the terminal
    const say: Watched['say'] = exitCode === EXIT.interrupted ? tell : () => {}
    if (heard === 1 && found === PHASES.idle) {
      after(IDLE_MS, () => {
        if (phase() === PHASES.idle) end(exitCode)
      })
    } else if (heard === 1 && found !== PHASES.idle) say(1, `${SAYINGS[found]}; ${AGAIN}`)
    else if (heard === 2 && found === PHASES.saving) say(2, `${SAYINGS[found]}; ${AGAIN}`)
    else end(exitCode)
  }
}
