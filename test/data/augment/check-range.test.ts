/** Arrays whose values are far from the value range of a layer are told before training. */
import { expect, test } from 'vitest'
import { warnOfRanges } from '../../../src/data/augment/check-range.js'
import { npy } from '../../support/npy.js'
import { openOwnSpec } from '../../support/own-data.js'

const PICTURES = 12

const NETWORK = {
  model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto', activation: 'softmax' }] },
}

/** Warnings for pictures with values between these. */
async function warned(least: number, largest: number, augment: readonly unknown[]): Promise<string[]> {
  const ramp = (at: number) => least + ((largest - least) * (at % 9)) / 8
  const files = { 'x.npy': npy([PICTURES, 3, 3], ramp), 'y.npy': npy([PICTURES], (row) => row % 3) }
  const features = { x: { type: 'array', augment } }
  const data = { source: { x: 'x.npy', y: 'y.npy' }, target: { column: 'y', type: 'class' }, features }
  const opened = await openOwnSpec(files, data, NETWORK)
  const { train } = await opened.data.load()
  return [...warnOfRanges(opened.spec.data, train)].map(({ pointer, message }) => `${pointer}: ${message}`)
}

test.each([
  [0, 1, [0, 255]],
  [0, 255, [0, 1]],
  [0, 255, [-1, 1]],
  [-1, 1, [0, 255]],
  [-128, 127, [0, 255]],
])('values from %d to %d for a range of %j', async (least, largest, range) => {
  const layer = { type: 'RandomBrightness', factor: 0.1, value_range: range }
  expect(await warned(least, largest, ['RandomFlip', layer])).toEqual([
    `/data/features/x/augment/1/value_range: found [${range.join(', ')}], but the first pictures have values from ${least} to ${largest}`,
  ])
})

test.each([
  [0, 1, [0, 1]],
  [0, 255, [0, 255]],
  [20, 90, [0, 255]],
  [-0.1, 1.2, [0, 1]],
])('nothing of values from %d to %d for a range of %j', async (least, largest, range) => {
  expect(await warned(least, largest, [{ type: 'AutoContrast', value_range: range }])).toEqual([])
})
