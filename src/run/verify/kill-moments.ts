/** Chooses the moments at which the process of a run is killed. */
import { PURPOSE, uniforms } from '../../base/philox.js'
import type { Place } from './progress.js'

/** Something that was seen of the run without a break, and when: milliseconds since its process was started. */
export interface Mark {
  readonly place: Place
  readonly milliseconds: number
}

/** A moment: so many milliseconds after the run has come to a place. */
export interface KillMoment {
  /** Null: after the start of the process. */
  readonly after: Place | null
  readonly milliseconds: number
}

/** One kill in so many comes while a process starts. */
const STARTING = 8

/**
 * Moments in the order in which a run comes to them. They are spread evenly over the time from the first mark to the last
 * one, with validation, tests and the saving of models; some are within the start of a process. The same seed and the
 * same marks give the same moments.
 */
export function killMoments(marks: readonly Mark[], kills: number, seed: number): KillMoment[] {
  const begin = marks[0]!.milliseconds
  const end = marks.at(-1)!.milliseconds
  const drawn = Array.from({ length: kills }, (_, index) => {
    const [share, start, ofStart] = uniforms({ seed, purpose: PURPOSE.kill, stream: 0, step: index }, 3)
    const time = begin + share! * (end - begin)
    return { time, starting: start! < 1 / STARTING ? ofStart! * begin : null }
  })
  return drawn
    .toSorted((a, b) => a.time - b.time)
    .map(({ time, starting }) => {
      if (starting !== null) return { after: null, milliseconds: starting }
      const mark = marks.findLast(({ milliseconds }) => milliseconds <= time)!
      return { after: mark.place, milliseconds: time - mark.milliseconds }
    })
}

/** Steps between two checkpoints, so that a process has saved some before it is killed. */
export const checkpointEvery = (steps: number, kills: number): number =>
  Math.max(1, Math.floor(steps / (CHECKPOINTS * (kills + 1))))

/** Checkpoints between two kills. */
const CHECKPOINTS = 8
