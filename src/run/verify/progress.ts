/** Follows how far a run has come, by its events. */
import type { RunEvent } from '../../export/run-events.js'

/** A place in a run. */
export interface Place {
  /** Number of the stage or the fold, from 1. */
  readonly training: number
  /** The epoch under way, from 1, and the steps done in it; infinite after the last one. */
  readonly epoch: number
  readonly step: number
}

/** Negative if `a` comes before `b`. */
export function byPlace(a: Place, b: Place): number {
  if (a.training !== b.training) return a.training < b.training ? -1 : 1
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1
  return a.step === b.step ? 0 : a.step < b.step ? -1 : 1
}

/** The titles of the trainings of a run, in their order. */
export type Titles = readonly string[]

export interface Follower {
  /** Returns the place that an event stands for; null if it stands for none. */
  place(event: RunEvent): Place | null
  /** The titles so far. */
  readonly titles: Titles
}

/** `known`: the titles of a run of the same spec. A resumed run does not train all of them. */
export function followRun(known: Titles = []): Follower {
  const titles = [...known]
  let training = 1
  const at = (epoch: number, step: number): Place => ({ training, epoch, step })
  return {
    titles,
    place(event) {
      switch (event.event) {
        case 'start': {
          const title = titleOf(event)
          if (!titles.includes(title)) titles.push(title)
          training = titles.indexOf(title) + 1
          return event.from ? at(event.from.epoch, event.from.step) : at(1, 0)
        }
        case 'batch':
          return at(event.epoch, event.step)
        case 'validation':
        case 'epoch':
          return at(event.epoch, Number.POSITIVE_INFINITY)
        case 'stop':
          return at(Number.POSITIVE_INFINITY, 0)
        case 'end':
          training = Number.POSITIVE_INFINITY
          return at(Number.POSITIVE_INFINITY, 0)
        default:
          return null
      }
    },
  }
}

const titleOf = ({ stage, fold }: Extract<RunEvent, { event: 'start' }>): string =>
  [...(fold === null ? [] : [`fold ${fold}`]), ...(stage === null ? [] : [stage])].join(', ')
