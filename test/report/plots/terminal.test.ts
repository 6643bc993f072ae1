/** Learning curves as text. */
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { curvePlot, type PlottedRun } from '../../../src/report/plots/curves.js'
import { terminalCurves } from '../../../src/report/plots/terminal.js'
import { falling, runOf } from './histories.js'

const drawn = (runs: readonly PlottedRun[], width = 40, color = false) =>
  terminalCurves(curvePlot(runs), { title: 'Learning curves', width, color })

test('without colours each curve has a letter', () => {
  expect(drawn([runOf({ loss: [3, 2, 1], val_loss: [3, null, 2] })], 32).slice(0, 15)).toEqual([
    'Learning curves',
    '',
    'loss',
    '         3 ┤ba',
    '           │  aa',
    '           │    aaa',
    '           │       aa',
    '           │         aa        b',
    '           │           aa',
    '           │             aa',
    '           │               aa',
    '           │                 aa',
    '         1 ┤                   a',
    '           └────────────────────',
    '            1      epoch       3',
  ])
})

test('with colours, lines are of Braille letters, and no line is wider than the terminal', () => {
  const lines = drawn([runOf(falling(1000, 200)), runOf(falling(30))], 60, true)
  expect(lines.some((line) => line.includes('\u001b[34m') && /[\u2801-\u28ff]/.test(line))).toBe(true)
  const panels = lines.slice(
    0,
    lines.findIndex((line) => line.includes('runs/run/1, training')),
  )
  expect(Math.max(...panels.map((line) => stripVTControlCharacters(line).length))).toBeLessThanOrEqual(60)
})

test.each([
  ['one epoch', [runOf(falling(1))], 'epoch 1'],
  ['no finite value', [runOf({ loss: [null] })], 'loss: no value is finite'],
  ['equal values', [runOf({ loss: [1, 1] })], '         1 ┤'],
])('%s', (_, runs, words) => {
  const lines = drawn(runs)
  expect(lines.join('\n')).toContain(words)
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
})
