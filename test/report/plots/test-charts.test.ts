/** Pictures of the answers for test rows. */
import { expect, test } from 'vitest'
import type { TestAnswers } from '../../../src/export/test-answers.js'
import { svgOf } from '../../../src/report/plots/render.js'
import { type TestPlot, testChart } from '../../../src/report/plots/test-charts.js'
import { answersOf, binary } from './answers.js'

const picture = async (plot: TestPlot, ...all: readonly TestAnswers[]) => svgOf(testChart(plot, all, 'Title')!, 'auto')

const CLASSES = answersOf(
  'classes',
  ['<b>&', 'b', 'c'],
  [
    [0.8, 0.1, 0.1],
    [0.2, 0.7, 0.1],
    [0.1, 0.6, 0.3],
  ],
  [0, 1, 2],
)
const NUMBERS = answersOf('numbers', ['price'], [[1], [2.5], [2]], [1, 2, 3])

test.each([
  ['confusion', CLASSES, ['2 of 3 rows are right', '&lt;b&gt;&amp;']],
  ['roc', CLASSES, ['mean AUC 1.0000', 'b: AUC 1.0000', 'false positive rate']],
  ['roc', binary([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), ['yes: AUC 0.7500']],
  ['precision-recall', CLASSES, ['mean AP 1.0000', 'recall']],
  ['calibration', CLASSES, ['expected calibration error', 'probability of the predicted class']],
  ['predicted', NUMBERS, ['price', 'mean absolute error 0.5000, root mean square 0.6455']],
  ['residuals', NUMBERS, ['predicted minus true', 'distribution']],
] as const)('%s of %#', async (plot, answers, words) => {
  const svg = await picture(plot, answers)
  for (const one of words) expect(svg).toContain(one)
  expect(svg).not.toMatch(/NaN|undefined|Infinity|<b>/)
})

test('each output that suits a plot has a panel; none gives no picture', async () => {
  const svg = await picture('roc', CLASSES, { ...CLASSES, name: 'other' }, NUMBERS)
  expect(svg).toContain('>other<')
  expect(testChart('roc', [NUMBERS], 'Title')).toBeNull()
  expect(testChart('predicted', [CLASSES], 'Title')).toBeNull()
})

test('many classes: those with the lowest scores have curves, and cells have no numbers', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `class ${index}`)
  const given = names.map((_, row) => names.map((_, name) => (row === name && row > 3 ? 1 : 1 / (2 + name))))
  const many = answersOf(
    'classes',
    names,
    given,
    names.map((_, index) => index),
  )
  expect(await picture('roc', many)).toContain('the 12 lowest of 60')
  const matrix = await picture('confusion', many)
  expect(matrix.match(/aria-roledescription="rect mark"|role="graphics-symbol"/g)!.length).toBeGreaterThan(3599)
  expect(matrix).not.toContain('text mark container')
})

test('answers that are not finite are left out', async () => {
  const broken = answersOf(
    'numbers',
    ['a', 'b'],
    [
      [Number.NaN, 1],
      [2, 2],
    ],
    [1, 1, 2, 2],
  )
  expect(await picture('predicted', broken)).toContain('>b<')
})

test('2,000 of many rows are drawn', async () => {
  const rows = Array.from({ length: 5000 }, (_, index) => index)
  const svg = await picture(
    'predicted',
    answersOf(
      'numbers',
      ['a'],
      rows.map((row) => [row]),
      rows,
    ),
  )
  expect(svg).toContain('2000 of 5000 rows are drawn')
  expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(2000)
})
