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
}

/** Where an epoch stands that was watched from its beginning. */
export interface WatchedProgress extends Progress {
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
  line(progress: Progress): string
}

/** A whole epoch done. */
export const epochDone = (start: StartEvent, { epoch, metrics, seconds }: EpochEndEvent): Progress => ({
  start,
  epoch,
  step: start.stepsPerEpoch,
  samples: start.samples,
  metrics,
  elapsed: seconds,
})

/** A bar shorter than this says less than the numbers that it would push out. */
const LEAST_WIDTH = 5

/** How much of `bar` columns remains where `text`, which has it in full, must fit `width`; 0 for no bar. */
export function barWidth(bar: number, text: string, width: number): number {
  const room = bar - Math.max(0, text.length - width)
  return room >= LEAST_WIDTH ? room : 0
}

/** ` 128/54000`: padded, so that the bar stands still. */
export const count = (done: number, target: number): string =>
  `${String(done).padStart(String(target).length)}/${target}`

/** `Epoch 1/100` */
export const epochOf = (epoch: number, { epochs }: StartEvent): string => `Epoch ${epoch}/${epochs}`
