/**
 * The bar of Keras 3 (keras/src/utils/progbar.py, callbacks/progbar_logger.py). It counts steps and sorts the metrics.
 */
import { styleText } from 'node:util'
import type { Metrics } from '../training/events.js'
import { formatMetricOfLine, formatMetrics } from './numbers.js'
import { barWidth, count, type EpochProgress, epochOf, type Style, type WatchedProgress } from './style.js'

const WIDTH = 20

export const keras3: Style = {
  begin: () => [],
  heading: (epoch, start) => (start.epochs > 1 ? epochOf(epoch, start) : null),
  running(progress, width, color) {
    const { start, step, metrics } = progress
    const pace = secondsPerStep(progress)
    const left = formatLeft(pace * (start.stepsPerEpoch - step))
    const info = `${formatPace(pace)}${formatMetrics(sorted(metrics))}`
    const room = barWidth(WIDTH, `${bar(progress, WIDTH, false)} ${left}${info}`, width)
    if (room > 0) return `${bar(progress, room, color)} ${bold(left, color)}${info}`
    return `${count(step, start.stepsPerEpoch)} ${left}${info}`.slice(0, width)
  },
  finished(progress, color) {
    const info = `${formatPace(secondsPerStep(progress))}${formatMetrics(sorted(progress.metrics))}`
    return `${bar(progress, WIDTH, color)} ${bold(`${progress.elapsed.toFixed(0)}s`, color)}${info}`
  },
  // the first step is included, as in Keras, which at `verbose=2` measures only at the end of the epoch
  line: ({ step, start, elapsed, metrics }) =>
    `${count(step, start.stepsPerEpoch)} - ${elapsed.toFixed(0)}s -${formatPace(elapsed / step)}${formatMetrics(sorted(metrics), formatMetricOfLine)}`,
}

const bold = (text: string, color: boolean): string => (color ? styleText('bold', text, FORCED) : text)

/** Makes `styleText` always colour; the caller has decided whether to. */
const FORCED = { validateStream: false } as const

/** `211/422 ━━━━━━━━━━━━━━━━━━━━`: the finished part is green. Without colour, the rest is blank. */
function bar({ step, start }: EpochProgress, width: number, color: boolean): string {
  const done = Math.floor((width * step) / start.stepsPerEpoch)
  const head = '━'.repeat(done)
  const rest = width - done
  const line = color
    ? styleText('green', head, FORCED) + styleText('white', '━'.repeat(rest), FORCED)
    : head + ' '.repeat(rest)
  return `${bold(count(step, start.stepsPerEpoch), color)} ${line}`
}

const sorted = (metrics: Metrics): Metrics =>
  Object.fromEntries(Object.entries(metrics).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** The mean without the first step, which compiles. */
const secondsPerStep = ({ step, elapsed, firstStep }: WatchedProgress): number =>
  step > 1 ? (elapsed - firstStep) / (step - 1) : elapsed

/** ` 7ms/step` */
function formatPace(seconds: number): string {
  if (seconds >= 1 || seconds === 0) return ` ${seconds.toFixed(0)}s/step`
  return seconds >= 1e-3 ? ` ${(seconds * 1e3).toFixed(0)}ms/step` : ` ${(seconds * 1e6).toFixed(0)}us/step`
}

/** `12s`, `3:05`, `1:02:03` */
function formatLeft(seconds: number): string {
  const whole = Math.floor(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  if (seconds > 3600) return `${Math.floor(whole / 3600)}:${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`
  return seconds > 60 ? `${Math.floor(whole / 60)}:${two(whole % 60)}` : `${whole}s`
}
