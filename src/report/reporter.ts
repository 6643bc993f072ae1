/** Shows the progress of training: takes events, writes text. */
import type { EpochBeginEvent, EpochEndEvent, StartEvent, TrainingEvent } from '../training/events.js'
import { keras1 } from './keras1.js'
import { keras3 } from './keras3.js'
import { columnsOf, liveLine } from './live-line.js'
import { formatDuration, formatMetrics } from './numbers.js'
import { epochDone, epochOf, type Style } from './style.js'

const STYLES = { keras1, keras3 } satisfies Readonly<Record<string, Style>>

export type StyleName = keyof typeof STYLES

export interface ReportOptions {
  readonly style: StyleName
  /** 0 shows nothing, 1 a bar, 2 one line per epoch, as in Keras. */
  readonly verbose: 0 | 1 | 2
  readonly stream: NodeJS.WriteStream
  readonly color: boolean
  /** True if the stream is a terminal that can redraw a line. */
  readonly redraws: boolean
  /** Milliseconds. */
  readonly now: () => number
}

export interface Reporter {
  onEvent(event: TrainingEvent): void
  /** Ends the current line, if training was broken off. */
  leave(): void
}

export function createReporter(options: ReportOptions): Reporter {
  if (options.verbose === 0) return { onEvent: () => {}, leave: () => {} }
  if (options.verbose === 2) return lines(options, belowHeading)
  return options.redraws ? bar(options) : lines(options, inOneLine)
}

/** At most 20 times a second. */
const REDRAW_MILLISECONDS = 50

/** A window that is being resized reports it late, tmux by a quarter of a second, so nothing is drawn for this time. */
const RESIZE_MILLISECONDS = 300

function bar({ style, stream, color, now }: ReportOptions): Reporter {
  const { begin, heading, running, finished } = STYLES[style]
  const line = liveLine(stream)
  let start: StartEvent
  let epochBegan = 0
  /** Seconds of the epochs that have ended since then, and their number. */
  let trained = 0
  let ended = 0
  let firstStep = 0
  let columns = columnsOf(stream)
  let nextDraw = Number.NEGATIVE_INFINITY
  return {
    leave: line.leave,
    onEvent(event) {
      switch (event.type) {
        case 'start':
          start = event
          trained = 0
          ended = 0
          for (const text of begin(start)) line.end(text)
          break
        case 'epochBegin': {
          epochBegan = now() - 1000 * event.seconds
          const text = heading(event.epoch, start)
          if (text === null) break
          const all = `${text}${timeLeft(event, start, trained / ended)}`
          line.end(all.length < columnsOf(stream) ? all : text)
          break
        }
        case 'batchEnd': {
          const elapsed = (now() - epochBegan) / 1000
          if (event.step === 1) firstStep = elapsed
          if (columns !== columnsOf(stream)) {
            columns = columnsOf(stream)
            nextDraw = now() + RESIZE_MILLISECONDS
          }
          // the last step is drawn with the validation, when the epoch ends
          if (now() < nextDraw || event.step === start.stepsPerEpoch) break
          nextDraw = now() + REDRAW_MILLISECONDS
          line.draw(running({ ...event, start, elapsed, firstStep }, Math.max(1, columns - 1), color))
          break
        }
        case 'epochEnd':
          trained += event.seconds
          ended++
          line.end(finished({ ...epochDone(start, event), firstStep }, color))
          break
        case 'end':
          line.leave()
      }
    },
  }
}

/** Training that takes less is not foretold. */
const LEAST_SECONDS = 60

/** ` - at most 4 min 10 s left, at least 20 s`: from the mean time of the epochs so far, for training that takes long. */
function timeLeft({ epoch, earliestStop }: EpochBeginEvent, { epochs }: StartEvent, mean: number): string {
  const left = epochs - epoch + 1
  if (Number.isNaN(mean) || mean * left < LEAST_SECONDS) return ''
  if (earliestStop === null || earliestStop >= left) return ` - ${formatDuration(mean * left)} left`
  return ` - at most ${formatDuration(mean * left)} left, at least ${formatDuration(mean * earliestStop)}`
}

interface EpochLines {
  /** The line when an epoch begins; null for none. */
  begin(style: Style, epoch: number, start: StartEvent): string | null
  /** The line when it has ended. */
  end(style: Style, event: EpochEndEvent, start: StartEvent): string
}

/** `Epoch 1/100`, and the numbers on the line below, as at Keras' `verbose=2`. */
const belowHeading: EpochLines = {
  begin: ({ heading }, epoch, start) => heading(epoch, start),
  end: ({ line }, event, start) => line(epochDone(start, event)),
}

/** `Epoch 1/100 - 3s - loss: 0.2969`: one line per epoch, for logs that are searched line by line. */
const inOneLine: EpochLines = {
  begin: () => null,
  end: (_, { epoch, seconds, metrics }, start) =>
    `${epochOf(epoch, start)} - ${Math.trunc(seconds)}s${formatMetrics(metrics)}`,
}

function lines({ style: name, stream }: ReportOptions, { begin, end }: EpochLines): Reporter {
  const style = STYLES[name]
  let start: StartEvent
  const print = (text: string | null) => {
    if (text !== null) stream.write(`${text}\n`)
  }
  return {
    leave: () => {},
    onEvent(event) {
      if (event.type === 'start') {
        start = event
        style.begin(event).forEach(print)
      } else if (event.type === 'epochBegin') print(begin(style, event.epoch, start))
      else if (event.type === 'epochEnd') print(end(style, event, start))
    },
  }
}
