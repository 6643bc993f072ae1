/** The picture of a model: a box for each call, an arrow for each input, and nothing outside. */
import { expect, test } from 'vitest'
import type { SummaryReport } from '../../src/export/summary-report.js'
import { networkPicture } from '../../src/report/network-picture.js'

const call = (name: string, inputs: string[], shape = [4]) => ({ name, inputs, output_shape: shape })
const layer = (name: string, type: string, ...calls: SummaryReport['layers'][number]['calls']) => ({
  name,
  type,
  parameters: type === 'Dense' ? 20 : 0,
  calls,
})

const REPORT: SummaryReport = {
  version: 1,
  name: 'two <outputs> & one data',
  trainspec: '0',
  stack: false,
  inputs: [{ name: 'data', shape: [2, 3] }],
  layers: [
    layer('a', 'Dense', call('a', ['data']), call('again', ['a'])),
    layer('add', 'Add', call('add', ['a', 'again', 'a'])),
    layer('far', 'Dense', call('far', ['data'])),
  ],
  outputs: ['add', 'far'],
  parameters: { total: 40, trainable: 40, non_trainable: 0 },
  batch_size: 1,
  flops: { step: 0, step_per_sample: 0, inference_per_sample: 0 },
  memory: { weights: 0, optimizer: 0, gradients: 0, inputs: 0, activations: 0, total: 0 },
  start: null,
  explain: null,
}

test('has a box for each call and an arrow for each input, within its size', () => {
  const svg = networkPicture(REPORT)
  const boxes = [...svg.matchAll(/<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="(\d+)"/g)].map((found) =>
    found.slice(1).map(Number),
  ) as [number, number, number, number][]
  expect(boxes).toHaveLength(5)
  expect(svg.match(/marker-end/g)).toHaveLength(6)
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number)
  for (const [x, y, wide, high] of boxes) {
    expect(x).toBeGreaterThanOrEqual(0)
    expect(y).toBeGreaterThanOrEqual(0)
    expect(x + wide).toBeLessThanOrEqual(width!)
    expect(y + high).toBeLessThanOrEqual(height!)
  }
  // no two lie on each other
  for (const [index, [x, y, wide, high]] of boxes.entries()) {
    for (const [left, top, otherWide, otherHigh] of boxes.slice(index + 1)) {
      const apart = x + wide <= left || left + otherWide <= x || y + high <= top || top + otherHigh <= y
      expect(apart).toBe(true)
    }
  }
})

test('says types, names, shapes, parameters and what is shared; text is escaped', () => {
  const texts = [...networkPicture(REPORT).matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)
  expect(texts[0]).toBe('two &lt;outputs&gt; &amp; one data')
  expect(texts.slice(1)).toEqual([
    ...['data', '(None, 2, 3)'],
    ...['Dense', 'a', '(None, 4) · 20 params'],
    ...['Dense', 'again, shares a', '(None, 4)'],
    ...['Add', 'add', '(None, 4)'],
    ...['Dense', 'far', '(None, 4) · 20 params'],
  ])
})

test('of a deep model is made in a moment', () => {
  const deep = Array.from({ length: 400 }, (_, index) =>
    layer(
      `l${index}`,
      'Add',
      call(`l${index}`, [index === 0 ? 'data' : `l${index - 1}`, index < 2 ? 'data' : `l${index - 2}`]),
    ),
  )
  expect(networkPicture({ ...REPORT, layers: deep, outputs: ['l399'] })).toContain('l399')
})
