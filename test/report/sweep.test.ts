/** The table of a sweep, its live form, and its lines; the same as CSV and as a chart. */
import { describe, expect, test } from 'vitest'
import { type SweepReport, sweepCsv } from '../../src/export/sweep-report.js'
import { svgOf } from '../../src/report/plots/render.js'
import { sweepChart } from '../../src/report/plots/sweep-chart.js'
import { liveSweepLines, shortNames, sweepLines, trialLine } from '../../src/report/sweep.js'

type Row = SweepReport['trials'][number]

const row = (trial: number, rest: Partial<Row> = {}): Row => ({
  trial,
  folder: `sweeps/mlp/trials/000${trial}`,
  values: { 'fit.batch_size': 32, 'optimizer.type': 'Adam' },
  state: 'completed',
  failure: null,
  epochs: 10,
  of: 10,
  value: 0.9,
  measures: { val_acc: 0.9, test_acc: 0.875 },
  ...rest,
})

const REPORT: SweepReport = {
  version: 1,
  trainspec: '0.1.0',
  name: 'mlp',
  folder: 'sweeps/mlp',
  monitor: { key: 'val_acc', better: 'max' },
  fields: ['fit.batch_size', 'optimizer.type'],
  tests: ['test_acc'],
  trials: [
    row(2),
    row(1, { state: 'stopped', epochs: 3, value: 0, measures: { val_acc: 0 } }),
    row(3, {
      state: 'diverged',
      epochs: 0,
      value: null,
      measures: {},
      values: { 'fit.batch_size': 8, 'optimizer.type': 'SGD' },
    }),
    row(4, { state: 'under_way', epochs: 1, value: 0.5, measures: {} }),
    row(5, { state: 'waiting', epochs: 0, value: null, measures: {} }),
  ],
  best: 2,
}

test('the table has a row for each trial', () => {
  expect(sweepLines(REPORT)).toEqual([
    'Trial  batch_size  type  epochs  val_acc  test_acc  state',
    '    2          32  Adam   10/10   0.9000    0.8750  completed',
    '    1          32  Adam    3/10        0         -  stopped',
    '    3           8   SGD    0/10        -         -  diverged',
    '    4          32  Adam    1/10   0.5000         -  under way',
    '    5          32  Adam    0/10        -         -  waiting',
  ])
})

test('while trials run they are first, and those that wait are only counted', () => {
  const lines = liveSweepLines(REPORT, 90)
  expect(lines[0]).toBe(
    'Sweep of mlp: 3 of 5 trials are done, 1 under way, best val_acc 0.9000 (trial 2), about 1 min 30 s left',
  )
  expect(lines.slice(2).map((line) => line.trim()[0])).toEqual(['4', '2', '1', '3'])
})

test('a trial that ends has a line', () => {
  expect(trialLine(REPORT, 2, null)).toBe('Trial 2 of 5: completed, val_acc 0.9000, batch_size=32, type=Adam')
  expect(trialLine(REPORT, 1, 12)).toBe(
    'Trial 1 of 5: 3 of 10 epochs, val_acc 0, batch_size=32, type=Adam, about 12 s left',
  )
})

test('the CSV has full numbers and paths', () => {
  const trials = [row(1, { value: 1 / 3, values: { 'fit.batch_size': [1, 2], 'optimizer.type': 'a "b", c' } })]
  expect(sweepCsv({ ...REPORT, trials })).toBe(
    'trial,fit.batch_size,optimizer.type,state,epochs,val_acc,test_acc\n1,"[1,2]","a ""b"", c",completed,10,0.3333333333333333,0.875\n',
  )
})

describe('names of columns', () => {
  test.each([
    [
      ['fit.batch_size', 'optimizer.learning_rate'],
      ['batch_size', 'learning_rate'],
    ],
    [
      ['model.layers.0.units', 'model.layers.2.units', 'seed'],
      ['0.units', '2.units', 'seed'],
    ],
    [
      ['a.b', 'b'],
      ['a.b', 'b'],
    ],
  ])('%j are as short as they can be', (paths, names) => {
    expect(shortNames(paths)).toEqual(names)
  })
})

test('the chart has a panel for each field, and one of curves', async () => {
  const chart = sweepChart(REPORT, [
    { trial: 1, values: [0, 0, 0] },
    { trial: 2, values: [0.5, null, 0.9] },
  ])
  const svg = await svgOf(chart!, 'light')
  for (const text of ['Sweep of mlp', 'fit.batch_size', 'optimizer.type', 'val_acc of each trial']) {
    expect(svg).toContain(text)
  }
  expect(sweepChart({ ...REPORT, trials: [row(3, { value: null })] }, [])).toBeNull()
})
