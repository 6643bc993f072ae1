/** Pictures are cut and resized as in Keras, whatever their field. */
import { describe, expect, test } from 'vitest'
import type { Field } from '../../../src/base/field.js'
import { stepOf } from '../../../src/data/steps/registry.js'
import { expectClose } from '../../support/close.js'
import { AS_KERAS, fixturePicture } from '../../support/geometry.js'
import { kerasFixture } from '../../support/keras.js'
import { resolved } from '../../support/steps.js'

const { resizing, center_crop } = kerasFixture('geometry')
const PLACE = { source: 0, chain: 0, row: 0 }

const cases = [
  ...resizing.map((one) => ({ type: 'Resizing', ...one })),
  ...center_crop.map((one) => ({ type: 'CenterCrop', ...one })),
].map(({ shape, output, ...step }) => [JSON.stringify({ shape, ...step }), shape, step, output] as const)

describe('as in Keras', () => {
  test.each(cases)('%s', (_, shape, step, output) => {
    const field: Field = { shape, dtype: 'float32', divisor: 1, values: 'real' }
    const { column, apply } = stepOf(resolved(step), 0)
    const { values } = fixturePicture(shape)
    const two = Float32Array.of(...values, ...values)
    expect(column(field, null)).toMatchObject({ shape: output.shape, dtype: 'float32', values: 'real' })
    expectClose(
      apply(two, field, null, PLACE) as Float32Array,
      [...output.values, ...output.values],
      'output',
      AS_KERAS,
    )
  })
})

const bytes: Field = { shape: [3, 4], dtype: 'uint8', divisor: 255, values: 'grey' }

test('the middle of a picture of bytes is one of bytes', () => {
  const { column, apply } = stepOf(resolved({ type: 'CenterCrop', height: 1, width: 2 }), 0)
  expect(column(bytes, null)).toEqual({ ...bytes, shape: [1, 2] })
  const values = Uint8Array.from({ length: 12 }, (_, at) => at)
  expect(apply(values, bytes, null, PLACE)).toEqual(Uint8Array.of(5, 6))
})

test('resized grey values stay between 0 and 1, unless the kernel overshoots', () => {
  const values = (interpolation: string) =>
    (stepOf(resolved({ type: 'Resizing', height: 2, width: 2, interpolation }), 0).column(bytes, null) as Field).values
  expect(values('bilinear')).toBe('grey')
  expect(values('bicubic')).toBe('real')
})

test('rows that are no pictures are refused', () => {
  const step = stepOf(resolved({ type: 'Resizing', height: 2, width: 2 }), 0)
  expect(() => step.column({ ...bytes, shape: [784] }, null)).toThrow(
    'found rows (None, 784), must be (None, height, width) or (None, height, width, channels) for "Resizing"',
  )
})
