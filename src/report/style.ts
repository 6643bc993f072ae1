/** The type of a progress bar's style. It makes text from numbers and uses neither a clock nor a stream. */
import type { EpochEndEvent, Metrics, StartEvent } from '../training/events.js'

/** The progress of an epoch. */
export interface EpochProgress {
  readonly start: StartEvent
  readonly epoch: number
  /** Steps and samples done in this epoch. */
  readonly step: number
  readonly samples: number
  /** Means over the epoch so far; at its end, those of validation too. */
  readonly metrics: Metrics
  /** Seconds since the epoch began. */
  readonly elapsed: number
}

/** The progress of an epoch that was watched from its beginning. */
export interface WatchedProgress extends EpochProgress {
  /** Seconds that its first step took. */
  readonly firstStep: number
}

export interface Style {
  /** Lines before the first epoch. */
  begin(start: StartEvent): readonly string[]
  /** Line at the beginning of each epoch; null for none. */
  heading(epoch: number, start: StartEvent): string | null
  /** The bar during an epoch, at most `width` columns wide. */
  running(progress: WatchedProgress, width: number, color: boolean): string
  /** The bar that stays when an epoch has ended. */
  finished(progress: WatchedProgress, color: boolean): string
  /** The line of an epoch without a bar, below its heading: `--verbose 2`. */
  line(progress: EpochProgress): string
}

/** The progress of an epoch that has ended. */
export const epochDone = (start: StartEvent, { epoch, metrics, seconds }: EpochEndEvent): EpochProgress => ({
  start,
  epoch,
  step: start.stepsPerEpoch,
  samples: start.samples,
  metrics,
  elapsed: seconds,
})

/** Shortest useful bar. Below this, the numbers are worth more than the bar. */
const LEAST_WIDTH = 5

/** Returns how long a bar may be so that `text`, which contains it with `bar` columns, fits `width`; 0 for no bar. */
export function barWidth(bar: number, text: string, width: number): number {
  const room = bar - Math.max(0, text.length - width)
  return room >= LEAST_WIDTH ? room : 0
}

/** ` 128/54000`: padded, so that the bar stands still. */
export const count = (done: number, target: number): string =>
  `${String(done).padStart(String(target).length)}/${target}`

/** `Epoch 1/100` */
export const epochOf = (epoch: number, { epochs }: StartEvent): string => `Epoch ${epoch}/${epochs}`
