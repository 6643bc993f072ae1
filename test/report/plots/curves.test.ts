/** The curves that pictures and the terminal draw. */
import { expect, test } from 'vitest'
import { curvePlot, distinct } from '../../../src/report/plots/curves.js'
import { runOf } from './histories.js'

test('a panel for each measure with training and validation, and one for the learning rate', () => {
  const { panels, runs, epochs } = curvePlot([runOf({ loss: [2, 1], acc: [0.1, 0.2], val_loss: [3, 2] })])
  expect({ runs, epochs }).toEqual({ runs: ['runs/run/1'], epochs: 2 })
  expect(panels.map(({ key, curves }) => [key, curves.map(({ part, values }) => [part, values])])).toEqual([
    [
      'loss',
      [
        ['training', [2, 1]],
        ['validation', [3, 2]],
      ],
    ],
    ['acc', [['training', [0.1, 0.2]]]],
    ['learning_rate', [[null, [0.001, 0.001]]]],
  ])
})

test('runs of one family are their mean with the least and the largest value, as long as the longest', () => {
  const given = [
    [1, 4],
    [3, null],
    [2, 8, 5],
  ].map((loss) => runOf({ loss }, { family: 'a', name: 'mlp' }))
  const { runs, panels, best } = curvePlot(given)
  expect({ runs, best }).toEqual({ runs: ['mlp, 3 seeds'], best: [] })
  expect(panels[0]!.curves).toEqual([
    { run: 'mlp, 3 seeds', part: 'training', values: [2, 6, 5], spread: { low: [1, 4, 5], high: [3, 8, 5] } },
  ])
})

test('the best epoch is that of early stopping, or that with the lowest val_loss', () => {
  const metrics = { loss: [3, 2, 1], val_loss: [2, null, 4] }
  const best = { epoch: 3, monitor: 'loss', value: 1 }
  expect(curvePlot([runOf(metrics, { best })]).best).toEqual([{ run: 'runs/run/1', ...best, isMonitored: true }])
  expect(curvePlot([runOf(metrics)]).best).toEqual([
    { run: 'runs/run/1', epoch: 1, monitor: 'val_loss', value: 2, isMonitored: false },
  ])
  expect(curvePlot([runOf({ loss: [1], val_loss: [null] })]).best).toEqual([])
})

test('a loss over more than two powers of ten is drawn on a log scale, an accuracy never', () => {
  const isLog = (metrics: Parameters<typeof runOf>[0]) => curvePlot([runOf(metrics)]).panels[0]!.isLog
  expect(isLog({ loss: [1000, 1] })).toBe(true)
  expect(isLog({ loss: [1000, 0] })).toBe(false)
  expect(isLog({ loss: [50, 1] })).toBe(false)
  expect(isLog({ acc: [1, 0.001] })).toBe(false)
  expect(isLog({ loss: [null] })).toBe(false)
})

test('names stay apart where they are cut, and show control characters', () => {
  const long = (end: string) => `runs/${'x'.repeat(80)}/${end}`
  const names = distinct([long('1'), long('2'), 'same', 'same', 'a\u0007b'])
  expect(names.slice(2)).toEqual(['same', 'same (2)', 'a\\u0007b'])
  expect(names[0]).toMatch(/^runs\/x+…x+\/1$/)
  expect(new Set(names).size).toBe(5)
})
