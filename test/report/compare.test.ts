/** A comparison fits its width, and is safe to print and to put into a page, whatever names and numbers it has. */
import { expect, test } from 'vitest'
import type { CompareReport } from '../../src/export/compare-report.js'
import { compareLines, compareMarkdown } from '../../src/report/compare.js'
import { sparkline } from '../../src/report/sparkline.js'

function compared(runs: number, { epochs = 3, name = 'runs/a/1', key = 'acc' } = {}) {
  const each = <Item>(item: (index: number) => Item) => Array.from({ length: runs }, (_, index) => item(index))
  const report: CompareReport = {
    version: 1,
    trainspec: '0.1.0',
    runs: each((index) => ({
      run: `${name}${index}`,
      name: 'a',
      started: '2026-01-01T00:00:00.000Z',
      seed: index,
      engine: 'onnx',
      epochs,
      model_epoch: epochs,
      best: index === 0 ? { epoch: 2, monitor: 'val_loss', value: 0.1 } : null,
      stop: 'early_stopping',
      total_seconds: 3 + index,
      seconds_per_epoch: 0.5,
    })),
    spec: [{ path: 'fit.epochs', values: each((index) => (index === 1 ? null : { value: index })) }],
    measures: [
      { key, better: 'max', values: each((index) => (index === 1 ? null : 0.5 + index / 100)), best: [runs - 1] },
    ],
  }
  const curve = Array.from({ length: epochs }, (_, epoch) => (epoch === 1 ? null : epoch / 1000))
  return { report, histories: each(() => ({ metrics: { [key]: curve } })) }
}

test('two runs in one screen', () => {
  const { report, histories } = compared(2)
  report.measures.push({ key: 'loss', better: 'min', values: [0.25, 0.125], best: [1] })
  expect(compareLines({ report, histories }, 80)).toEqual([
    '   run        epochs  best  stopped          time  per epoch',
    'A  runs/a/10       3     2  early stopping  3.0 s     500 ms',
    'B  runs/a/11       3     -  early stopping  4.0 s     500 ms',
    '',
    'Spec          A  B',
    '  fit.epochs  0  -',
    '',
    'Measures (* is best)  A       B         B - A',
    '  acc                 0.5000  - *       -',
    '  loss                0.2500  0.1250 *  -0.1250',
    '',
    'Curves  A    B',
    '  acc   ▁·█  ▁·█',
  ])
})

test.each([1, 1000])('12 runs of %s epochs, with names of 80 letters, fit 80 columns', (epochs) => {
  const lines = compareLines(compared(12, { epochs, name: 'n'.repeat(80), key: 'k'.repeat(80) }), 80)
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
  for (const letter of 'ABCDEFGHIJKL') expect(lines.filter((line) => line.split(/ +/).includes(letter)).length).toBe(4)
})

test('control characters are shown', () => {
  const lines = compareLines(compared(2, { name: '\u001b[31m', key: '\u001b[2J' }), 80)
  expect(lines.join('')).not.toContain('\u001b')
})

test('names with markup stay text in Markdown, in their cells', () => {
  const lines = compareMarkdown(compared(2, { name: '<img src=x>|`*_[a](b)', key: '__proto__|\n' }))
  for (const line of lines) {
    expect(line).not.toMatch(/<|`|__|\[/)
    if (line !== '') expect([6, 8, 9].map((cells) => cells - 1).concat(3, 4)).toContain(line.split('|').length - 1)
  }
})

test('specs that are the same, and a history without a spec', () => {
  const { report, histories } = compared(2)
  expect(compareLines({ report: { ...report, spec: [] }, histories }, 80)).toContain('The specs are the same.')
  expect(compareMarkdown({ report: { ...report, spec: null }, histories }).join()).toContain('without its spec')
})

test('a line of blocks', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 20, [0, 7])).toBe('▁▂▃▄▅▆▇█')
  expect(sparkline([0, 0, 7, 7, null, null], 3, [0, 7])).toBe('▁█·')
  expect(sparkline([5], 20, [5, 5])).toBe('▁')
  expect(sparkline([], 20, [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBe('')
  expect(
    sparkline(
      Array.from({ length: 1000 }, (_, index) => index),
      20,
      [0, 999],
    ),
  ).toHaveLength(20)
})
