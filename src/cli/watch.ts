/** What becomes of signals that ask for an end. It is asked in JavaScript's main thread, and in one that is never busy. */

import { EXIT } from './exit-codes.js'

/** What would be lost by an end at once: nothing; the results of training; a file of which a part is written. */
export const PHASES = { idle: 0, training: 1, saving: 2 } as const

export type Phase = (typeof PHASES)[keyof typeof PHASES]

export interface Watched {
  phase(): Phase
  /** Milliseconds. */
  now(): number
  after(milliseconds: number, work: () => void): void
  /** Tells a person at a terminal, once for each number, whichever thread comes first. */
  say(once: number, text: string): void
  /** Ends the process. */
  end(exitCode: number): void
}

/** A signal after a shorter time is the same press of a key, or has come by way of a launcher too. */
const SAME_MS = 250
/** With nothing to lose, whoever is asked to end has so long to do it in good order. */
const IDLE_MS = 1000

const SAYINGS = { finishing: 'Finishing the step', saving: 'Writing the results' }
const AGAIN = 'press Ctrl-C again to stop at once.'

/** Gives what hears each signal, by the exit code that it stands for. */
export function watch({ phase, now, after, say: tell, end }: Watched): (exitCode: number) => void {
  let heard = 0
  let last = Number.NEGATIVE_INFINITY
  return (exitCode) => {
    if (now() - last < SAME_MS) return
    last = now()
    heard++
    const found = phase()
    // other signals are not of a terminal's keys
    const say: Watched['say'] = exitCode === EXIT.interrupted ? tell : () => {}
    if (heard === 1 && found === PHASES.idle) {
      after(IDLE_MS, () => {
        if (phase() === PHASES.idle) end(exitCode)
      })
    } else if (heard === 1) say(1, `${found === PHASES.saving ? SAYINGS.saving : SAYINGS.finishing}; ${AGAIN}`)
    else if (heard === 2 && found === PHASES.saving) say(2, `${SAYINGS.saving}; ${AGAIN}`)
    else end(exitCode)
  }
}
