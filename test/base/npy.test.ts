/** NumPy's files: the bytes that NumPy 2.4 itself writes (`np.save`), both ways. */
import { expect, test } from 'vitest'
import { npyHeader, parseNpy } from '../../src/base/npy.js'

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

test.each([
  ['float32', MATRIX, [2, 3], [0, 1.5, -2, 3, 4, 5]],
  ['bool', numpyFile("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", [1, 0, 1]), [3], [1, 0, 1]],
  [
    'int64',
    numpyFile("{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2), }", [
      ...new Uint8Array(BigInt64Array.of(1n, -2n).buffer),
    ]),
    [1, 2],
    [1, -2],
  ],
  ['no axis', numpyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", floats(3)), [], [3]],
])('an array of %s is read', (_, bytes, shape, values) => {
  expect(parseNpy(bytes)).toEqual({ shape, values: Float32Array.from(values) })
})

test.each([
  ['cut off', MATRIX.subarray(0, -1), 'it has 23 bytes of data, must have 24'],
  ['cut off in the header', MATRIX.subarray(0, 40), 'its header has no type or no shape'],
  ['something else', Buffer.from('epoch,loss\n1,0.5\n'), 'it is not a .npy file'],
  [
    'by columns',
    numpyFile("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", new Array(48).fill(0)),
    'it is stored in column-major order; numpy.ascontiguousarray converts it',
  ],
  [
    'of complex numbers',
    numpyFile("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", new Array(8).fill(0)),
    'its elements are <c8, must be one of <f4, <f8, |b1, |u1, |i1, <i4, <i8',
  ],
])('a file %s is told', (_, bytes, problem) => expect(parseNpy(bytes)).toEqual({ problem }))
