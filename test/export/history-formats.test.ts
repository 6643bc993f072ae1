/** Every format of a history has its numbers. Programs of others read them in test/slow/history-readers.test.ts. */
import { expect, test } from 'vitest'
import { formatOf, type HistoryFormat, wholeHistory } from '../../src/export/history-formats.js'
import { eventsOf } from '../support/event-file.js'
import { endEvent, epochsOf, historyOf } from './sample-run.js'

const textOf = (format: HistoryFormat, history = historyOf()) => String(wholeHistory(history, format))

test('the format follows from the name of a file', () => {
  const names = ['a.json', 'a.jsonl', 'a.ndjson', 'a.CSV', 'a.tidy.csv', 'a.vl.json', 'a.prom', 'x.tfevents.1', 'csv']
  expect(names.map((name) => formatOf(`tfevents.d/${name}`))).toEqual([
    'json',
    'jsonl',
    'jsonl',
    'csv',
    'tidy',
    'vega-lite',
    'prometheus',
    'tensorboard',
    'json',
  ])
})

test('tidy: a row for each number', () => {
  expect(textOf('tidy').split('\n').slice(0, 8)).toEqual([
    'epoch,split,metric,value',
    '1,training,loss,0.5',
    '1,training,acc,0.8',
    '1,validation,loss,0.4',
    '1,validation,acc,0.85',
    '1,training,learning_rate,0.001',
    '1,training,seconds,3.25',
    '2,training,loss,0.3',
  ])
})

test('CSV: a name with a comma or a quotation mark stays one cell', () => {
  const history = historyOf({ epochs: epochsOf({ loss: 1, 'a,"b"': Number.NaN, __proto__x: 2 }) })
  expect(textOf('csv', history)).toBe('epoch,loss,"a,""b""",__proto__x,learning_rate,seconds\n1,1,nan,2,0.001,3.25\n')
  expect(textOf('tidy', history)).toContain('\n1,training,"a,""b""",nan\n')
})

test('a measure is one of validation only if there is one of training', () => {
  const history = historyOf({ epochs: epochsOf({ loss: 1, val_loss: 2, val_gap: 3 }) })
  expect(textOf('tidy', history)).toContain('1,validation,loss,2\n1,training,val_gap,3\n')
})

test('Vega-Lite: all measures but the clock, in their order; NaN is a gap', () => {
  const history = historyOf({
    name: 'x'.repeat(80),
    epochs: epochsOf({ loss: 1, val_loss: 2 }, { loss: Number.NaN, val_loss: 3 }),
  })
  const { title, data, facet } = JSON.parse(textOf('vega-lite', history))
  expect(title).toBe('x'.repeat(80))
  expect(facet.row.sort).toEqual(['loss', 'learning_rate'])
  expect(data.values).toEqual([
    { epoch: 1, split: 'training', metric: 'loss', value: 1 },
    { epoch: 2, split: 'training', metric: 'loss', value: null },
    { epoch: 1, split: 'validation', metric: 'loss', value: 2 },
    { epoch: 2, split: 'validation', metric: 'loss', value: 3 },
    { epoch: 1, split: 'training', metric: 'learning_rate', value: 0.001 },
    { epoch: 2, split: 'training', metric: 'learning_rate', value: 0.001 },
  ])
})

test('Prometheus: the measures are those of the model that was saved', () => {
  const best = { epoch: 1, monitor: 'val_loss', value: 0.4 }
  const linesOf = (restored: boolean) =>
    textOf('prometheus', historyOf({ end: { ...endEvent, best, restored } })).split('\n')
  expect(linesOf(true)).toContain('trainspec_metric{run="mlp",metric="acc",split="validation"} 0.85')
  expect(linesOf(false)).toContain('trainspec_metric{run="mlp",metric="acc",split="validation"} 0.95')
  expect(linesOf(false)).toContain('trainspec_metric{run="mlp",metric="acc",split="test"} 0.94')
  expect(linesOf(false)).not.toContain('# TYPE trainspec_expectation_met gauge')
})

test('Prometheus: hostile names are escaped, and what is not finite is NaN', () => {
  const history = historyOf({ name: 'a"\\\n} 1', epochs: epochsOf({ loss: Number.NaN }), test: null })
  expect(textOf('prometheus', history)).toContain(
    'trainspec_metric{run="a\\"\\\\\\n} 1",metric="loss",split="training"} NaN\n',
  )
})

test('TensorBoard: training and validation side by side, at their epochs', () => {
  const bytes = wholeHistory(historyOf(), 'tensorboard')
  const [header, first, second, ...rest] = eventsOf(bytes as Uint8Array)
  expect(rest).toEqual([])
  expect(header!.version).toBe('brain.Event:2')
  expect(first!.step).toBe(1)
  expect(second!.values.map(({ tag, value }) => [tag, value])).toEqual([
    ['loss/training', Math.fround(0.3)],
    ['acc/training', Math.fround(0.9)],
    ['loss/validation', Math.fround(0.2)],
    ['acc/validation', Math.fround(0.95)],
    ['learning_rate', Math.fround(0.001)],
  ])
})

test.each<HistoryFormat>(['json', 'jsonl', 'csv', 'tidy', 'vega-lite', 'prometheus', 'tensorboard'])(
  '%s of a run without an epoch',
  (format) => {
    expect(() => wholeHistory(historyOf({ epochs: [], test: null }), format)).not.toThrow()
  },
)
