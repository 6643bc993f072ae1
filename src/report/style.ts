/** What a look of the progress bar is: text from numbers, without a clock or a stream. */
import type { EpochEndEvent, Metrics, StartEvent } from '../training/events.js'

/** Where an epoch stands. */
export interface Progress {
  readonly start: StartEvent
  readonly epoch: number
  /** Steps and samples done in this epoch. */
  readonly step: number
  readonly samples: number
  /** Means over the epoch so far; at the end with validation. */
  readonly metrics: Metrics
  /** Seconds since the epoch began. */
  readonly elapsed: number
  /** Seconds that its first step took. */
  readonly firstStep: number
}

export interface Style {
  /** Lines before the first epoch. */
  begin(start: StartEvent): readonly string[]
  /** Line at the beginning of each epoch; null for none. */
  heading(epoch: number, start: StartEvent): string | null
  /** The bar during an epoch, at most `width` columns wide. */
  running(progress: Progress, width: number, color: boolean): string
  /** The bar that stays when an epoch has ended. */
  finished(progress: Progress, color: boolean): string
  /** The line of an epoch without a bar, below its heading: `--verbose 2`. */
  line(progress: Progress): string
}

/** A whole epoch done. */
export const finishedProgress = (
  start: StartEvent,
  { epoch, metrics, seconds }: EpochEndEvent,
  firstStep: number,
): Progress => ({
  start,
  epoch,
  step: start.stepsPerEpoch,
  samples: start.samples,
  metrics,
  elapsed: seconds,
  firstStep,
})

/** ` 128/54000`: padded, so that the bar stands still. */
export const count = (done: number, target: number): string =>
  `${String(done).padStart(String(target).length)}/${target}`

/** `Epoch 1/100` */
export const epochOf = (epoch: number, { epochs }: StartEvent): string => `Epoch ${epoch}/${epochs}`
