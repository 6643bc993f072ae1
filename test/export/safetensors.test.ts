/** Weights as safetensors, read as its documentation says. */
import { expect, test } from 'vitest'
import { safetensors } from '../../src/export/safetensors.js'

const WEIGHTS = [
  { name: 'dense/kernel', shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
  { name: 'scale', shape: [], values: Float32Array.of(7) },
]

test('the header says where each weight is', () => {
  const bytes = Buffer.from(safetensors(WEIGHTS, { spec: '{"ü": 1}' }))
  const length = Number(bytes.readBigUInt64LE())
  expect(length % 8).toBe(0)
  expect(JSON.parse(bytes.subarray(8, 8 + length).toString())).toEqual({
    __metadata__: { spec: '{"ü": 1}' },
    'dense/kernel': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    scale: { dtype: 'F32', shape: [], data_offsets: [24, 28] },
  })
  const numbers = bytes.subarray(8 + length)
  expect(Array.from({ length: 7 }, (_, index) => numbers.readFloatLE(4 * index))).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(numbers).toHaveLength(28)
})

test('equal weights give equal bytes', () => {
  expect(safetensors(WEIGHTS, {})).toEqual(safetensors(WEIGHTS, {}))
})
