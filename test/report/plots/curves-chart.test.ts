/** Pictures of learning curves. */

import { decode } from 'fast-png'
import { expect, test } from 'vitest'
import { curvePlot, type PlottedRun } from '../../../src/report/plots/curves.js'
import { curvesChart } from '../../../src/report/plots/curves-chart.js'
import { pngOfChart, svgOf } from '../../../src/report/plots/render.js'
import { CURVE_COLORS, THEMES } from '../../../src/report/plots/theme.js'
import { falling, runOf } from './histories.js'

const picture = (runs: readonly PlottedRun[], title = 'Learning curves') =>
  svgOf(curvesChart(curvePlot(runs), title), 'auto')

/** Paths of lines and their colours, without those of axes. */
const lines = (svg: string) =>
  [...svg.matchAll(/aria-roledescription="line mark"[^>]*d="([^"]*)"[^>]*stroke="([^"]*)"/g)].map(
    ([, path, color]) => ({
      path: path!,
      color: color!,
    }),
  )

test('a sole run has a colour for training, for validation and for the learning rate, and a line at its best epoch', async () => {
  const svg = await picture([runOf(falling(5))])
  expect(lines(svg).map(({ color }) => color)).toEqual(CURVE_COLORS.slice(0, 3))
  expect(svg).toContain('the line marks epoch 5, with the lowest val_loss')
  expect(svg.match(/stroke-dasharray="4,3"/g)).toHaveLength(2)
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
})

test('a gap of NaN breaks a line, and a value between two gaps is a dot', async () => {
  const loss = falling(60).loss!.map((value, index) => (index === 20 || index === 22 ? null : value))
  const svg = await picture([runOf({ loss })])
  expect(lines(svg)[0]!.path.match(/M/g)!.length).toBeGreaterThan(1)
  expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(1)
})

test.each([
  ['one epoch', [runOf(falling(1))]],
  ['no finite value', [runOf({ loss: [null, null] })]],
  ['1,000 epochs', [runOf(falling(1000, 200))]],
  ['equal values', [runOf({ loss: [1, 1, 1] })]],
])('%s', async (_, runs) => {
  const svg = await picture(runs)
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  expect(svg).toMatch(/^<svg .*<\/svg>\n$/s)
})

test('twelve runs with names of 80 characters have twelve colours and twelve entries of the legend', async () => {
  const runs = Array.from({ length: 12 }, (_, index) =>
    runOf(falling(20, index + 2), { label: `runs/${'long-'.repeat(15)}/${index}` }),
  )
  const svg = await picture(runs)
  expect(new Set(lines(svg).map(({ color }) => color))).toEqual(new Set(CURVE_COLORS))
  expect(svg.match(/>runs\/long-[^<]*…[^<]*</g)).toHaveLength(12)
})

test('a band shows the spread over seeds', async () => {
  const svg = await picture([1, 2, 3].map((seed) => runOf(falling(6, seed), { family: 'a', seed })))
  expect(svg).toContain('bands reach from the least to the largest value')
  expect(svg.match(/aria-roledescription="area mark"/g)).toHaveLength(3)
})

test('names cannot be markup', async () => {
  const label = '</svg><script>alert(1)</script>&"\''
  const svg = await picture([runOf(falling(2), { label }), runOf(falling(3))], label)
  expect(svg).not.toContain('<script')
  expect(svg.match(/<\/svg>/g)).toHaveLength(1)
})

test('a picture follows the screen of its reader, unless a theme is asked for', async () => {
  const chart = curvesChart(curvePlot([runOf(falling(3))]), 'Learning curves')
  expect(await svgOf(chart, 'auto')).toContain(`[fill="${THEMES.light.text}"]{fill:${THEMES.dark.text}}`)
  const dark = await svgOf(chart, 'dark')
  expect(dark).not.toContain('<style>')
  expect(dark).not.toContain(THEMES.light.text)
})

test('a PNG picture has two pixels a unit, and words', async () => {
  const chart = curvesChart(curvePlot([runOf(falling(3))]), 'Learning curves')
  const [, width] = /width="(\d+)"/.exec(await svgOf(chart, 'light'))!
  const { data, ...png } = decode(await pngOfChart(chart, 'light'))
  expect(png.width).toBe(2 * Number(width))
  // the title: dark pixels in its place
  const title = data.subarray(0, png.width * png.channels * 60)
  expect(title.filter((value, index) => index % png.channels === 0 && value < 80).length).toBeGreaterThan(500)
})

test('every colour has a contrast of at least 3 on both backgrounds, texts of 4.5', () => {
  for (const { background, text, muted } of Object.values(THEMES)) {
    for (const color of CURVE_COLORS) expect(contrast(color, background)).toBeGreaterThan(3)
    for (const color of [text, muted]) expect(contrast(color, background)).toBeGreaterThan(4.5)
  }
})

/** WCAG 2.2, contrast ratio. */
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light! + 0.05) / (dark! + 0.05)
}

function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
