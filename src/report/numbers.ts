/** Formats numbers, metrics as Keras does. */
import { fixed } from '../base/python-format.js'

/** `0.2969`, or `1.2346e-05` if the absolute value is at most 0.001. */
export const formatMetric = (value: number): string => formatAs(value, Math.abs(value) > 1e-3)

/** The same at Keras' `verbose=2`, which treats every number below 0 as small: `-5.0000e-01`. */
export const formatMetricOfLine = (value: number): string => formatAs(value, value > 1e-3)

function formatAs(value: number, decimals: boolean): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (decimals) return fixed(value, 4)
  return value.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2')
}

/** ` - loss: 0.2969 - acc: 0.9092` */
export const formatMetrics = (metrics: Readonly<Record<string, number>>, format = formatMetric): string =>
  Object.entries(metrics)
    .map(([key, value]) => ` - ${key}: ${format(value)}`)
    .join('')

/** `41 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** `2.31`, `53.8`, `538`, `12345`: at least three digits. */
export function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2)
  return value.toFixed(value < 99.95 ? 1 : 0)
}

const SCALES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
] as const

/** `104 GFLOP/s`, `29.3 MB/s`. The smallest prefix is mega. */
export function formatRate(perSecond: number, unit: 'FLOP/s' | 'B/s'): string {
  const [scale, letter] = SCALES.find(([least]) => perSecond >= 0.9995 * least) ?? SCALES.at(-1)!
  return `${threeDigits(perSecond / scale)} ${letter}${unit}`
}

export const formatMilliseconds = (milliseconds: number): string => `${threeDigits(milliseconds)} ms`
