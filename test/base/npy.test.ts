/** The header of an array is, byte for byte, that of NumPy 2.4 (`np.save`). */
import { expect, test } from 'vitest'
import { npyHeader } from '../../src/base/npy.js'

/** Header with the padding of NumPy: 128 bytes for small shapes. */
const numpyFile = (dict: string, data: readonly number[]): Uint8Array =>
  Uint8Array.from([...Buffer.from(`\x93NUMPY\x01\x00v\x00${dict.padEnd(117)}\n`, 'latin1'), ...data])

const floats = (...values: number[]) => [...new Uint8Array(Float32Array.from(values).buffer)]

/** np.array([[0, 1.5, -2], [3, 4, 5]], np.float32) */
const MATRIX = numpyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", floats(0, 1.5, -2, 3, 4, 5))

test('a header is that of NumPy', () => {
  expect(Buffer.from(npyHeader([2, 3]))).toEqual(Buffer.from(MATRIX.subarray(0, 128)))
  for (const shape of [[7], [123456789, 1], [], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]]) {
    const header = npyHeader(shape)
    expect(header.length % 64).toBe(0)
    expect(header.at(-1)).toBe(10)
  }
  expect(Buffer.from(npyHeader([7])).toString('latin1')).toContain("'shape': (7,), }")
})
