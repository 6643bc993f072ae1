/** Draws the curve of a learning-rate range test as an SVG picture. */
import { least } from '../base/timing.js'
import type { FindLrReport } from '../export/find-lr-report.js'
import { formatRate } from './find-lr.js'

const WIDTH = 720
const HEIGHT = 440
const LEFT = 64
const RIGHT = 24
const TOP = 56
const BOTTOM = 52

const COLORS = {
  text: '#333',
  grid: '#ddd',
  loss: '#b8c4d6',
  smoothed: '#1f5fa8',
  valley: '#c0392b',
  steepest: '#2e8b57',
}

/** The x axis is the learning rate, on a log scale. Dots are the losses of batches; the line is their running mean. */
export function lrCurve(report: FindLrReport): string {
  const { name, learning_rate: rates, loss, smoothed_loss: smoothed, suggestion, steepest } = report
  const [leastPower, mostPower] = [Math.log10(rates[0]!), Math.log10(Math.max(rates.at(-1)!, rates[0]! * 10))]
  const x = (rate: number) =>
    LEFT + ((WIDTH - LEFT - RIGHT) * (Math.log10(rate) - leastPower)) / (mostPower - leastPower)
  const ticks = niceTicks(Math.min(least(smoothed), least(loss)), -least(smoothed.map((value) => -value)))
  const [bottom, top] = [ticks[0]!, ticks.at(-1)!]
  const y = (value: number) => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (value - bottom)) / (top - bottom)

  const powers = Array.from({ length: Math.floor(mostPower + 1e-9) - Math.ceil(leastPower - 1e-9) + 1 }, (_, index) => {
    return Math.ceil(leastPower - 1e-9) + index
  })
  const vertical = powers.map((power) => {
    const at = x(10 ** power)
    return (
      line(at, TOP, at, HEIGHT - BOTTOM, COLORS.grid) +
      text(at, HEIGHT - BOTTOM + 18, `10<tspan dy="-5" font-size="9">${power}</tspan>`)
    )
  })
  const horizontal = ticks.map(
    (tick) =>
      line(LEFT, y(tick), WIDTH - RIGHT, y(tick), COLORS.grid) +
      text(LEFT - 8, y(tick) + 4, String(Number(tick.toPrecision(6))), 'end'),
  )
  const dots = loss.flatMap((value, index) =>
    value < bottom || value > top
      ? []
      : [`<circle cx="${round(x(rates[index]!))}" cy="${round(y(value))}" r="2" fill="${COLORS.loss}"/>`],
  )
  const points = smoothed.map((value, index) => `${round(x(rates[index]!))},${round(y(value))}`)
  const marks = [
    { rate: steepest, words: 'steepest', color: COLORS.steepest, row: 1 },
    { rate: suggestion, words: 'suggested', color: COLORS.valley, row: 0 },
  ].flatMap(({ rate, words, color, row }) => {
    if (rate === null) return []
    const at = x(rate)
    const anchor = at > WIDTH - 160 ? 'end' : 'start'
    const label = text(
      at + (anchor === 'end' ? -6 : 6),
      TOP + 14 + 16 * row,
      `${words} ${formatRate(rate)}`,
      anchor,
      color,
    )
    return [line(at, TOP, at, HEIGHT - BOTTOM, color, '5 4') + label]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${LEFT}" y="28" font-size="15" fill="${COLORS.text}">Loss by learning rate: ${name}</text>`,
    ...vertical,
    ...horizontal,
    ...dots,
    `<polyline points="${points.join(' ')}" fill="none" stroke="${COLORS.smoothed}" stroke-width="2"/>`,
    ...marks,
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, 'learning rate'),
    `<text transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle" fill="${COLORS.text}">loss</text>`,
    '</svg>\n',
  ].join('\n')
}

const round = (value: number): number => Math.round(value * 100) / 100

const line = (x1: number, y1: number, x2: number, y2: number, color: string, dashes?: string): string =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${color}"${dashes ? ` stroke-dasharray="${dashes}"` : ''}/>`

const text = (x: number, y: number, words: string, anchor = 'middle', color = COLORS.text): string =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${color}">${words}</text>`

/** Returns about five round numbers, the first at or below the least value and the last at or above the largest. */
function niceTicks(least: number, largest: number): number[] {
  const span = largest - least || Math.abs(largest) || 1
  const power = 10 ** Math.floor(Math.log10(span / 4))
  const step = power * ([1, 2, 5, 10].find((factor) => span / (factor * power) <= 5) ?? 10)
  const first = Math.floor(least / step)
  const last = Math.max(first + 1, Math.ceil(largest / step))
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step)
}
