/** The bar of Keras 3 (keras/src/utils/progbar.py, callbacks/progbar_logger.py). It counts steps and sorts the metrics. */
import { stripVTControlCharacters, styleText } from 'node:util'
import type { Metrics } from '../training/events.js'
import { formatMetrics } from './numbers.js'
import { count, epochOf, type Progress, type Style } from './style.js'

const WIDTH = 20

export const keras3: Style = {
  begin: () => [],
  heading: (epoch, start) => (start.epochs > 1 ? epochOf(epoch, start) : null),
  running(progress, width, color) {
    const { start, step, metrics } = progress
    const left = secondsPerStep(progress) * (start.stepsPerEpoch - step)
    const info = `${formatPace(progress)}${formatMetrics(sorted(metrics))}`
    const text = `${bar(progress, color)} ${bold(formatLeft(left), color)}${info}`
    const plain = stripVTControlCharacters(text)
    if (plain.length <= width) return text
    return `${count(step, start.stepsPerEpoch)} ${formatLeft(left)}${info}`.slice(0, width)
  },
  finished: (progress, color) =>
    `${bar(progress, color)} ${bold(`${progress.elapsed.toFixed(0)}s`, color)}${formatPace(progress)}${formatMetrics(sorted(progress.metrics))}`,
  line: (progress) =>
    `${count(progress.step, progress.start.stepsPerEpoch)} - ${progress.elapsed.toFixed(0)}s -${formatPace(progress)}${formatMetrics(sorted(progress.metrics))}`,
}

const bold = (text: string, color: boolean): string => (color ? styleText('bold', text, FORCED) : text)

/** Whether to colour is decided by who draws. */
const FORCED = { validateStream: false } as const

/** `211/422 ━━━━━━━━━━━━━━━━━━━━`: the done part green. Without colour the part to come is left blank. */
function bar({ step, start }: Progress, color: boolean): string {
  const done = Math.floor((WIDTH * step) / start.stepsPerEpoch)
  const head = '━'.repeat(done)
  const rest = WIDTH - done
  const line = color
    ? styleText('green', head, FORCED) + styleText('white', '━'.repeat(rest), FORCED)
    : head + ' '.repeat(rest)
  return `${bold(count(step, start.stepsPerEpoch), color)} ${line}`
}

const sorted = (metrics: Metrics): Metrics =>
  Object.fromEntries(Object.entries(metrics).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** The first step, which compiles, does not count. */
const secondsPerStep = ({ step, elapsed, firstStep }: Progress): number =>
  step > 1 ? (elapsed - firstStep) / (step - 1) : elapsed

/** ` 7ms/step` */
function formatPace(progress: Progress): string {
  const seconds = secondsPerStep(progress)
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
