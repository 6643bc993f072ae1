/** IDX files: every type, packed by gzip or not; anything else is refused with a message. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import { readIdx } from '../../../src/data/arrays/idx.js'
import { ARRAYS, expected, tableOf } from '../../support/arrays.js'
import { temporaryFolder } from '../../support/command.js'
import { allRows } from '../../support/raw-table.js'

test.each(['u1', 'i1', 'i2', 'i4', 'f4', 'f8'])('elements of type %s are read', async (type) => {
  const table = await tableOf(`values-${type}-idx1-${type}`)
  const isFloat = type.startsWith('f')
  const values = expected.types[`>${type}`]!
  expect(table.columns).toEqual({ x: isFloat ? 'number' : 'integer' })
  expect((await allRows(table)).columns.x).toEqual(isFloat ? values.map(Math.fround) : values)
})

test('pictures are bytes, packed or not', async () => {
  const packed = 'pictures-idx3-ubyte.gz'
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'pictures.idx'), gunzipSync(readFileSync(join(ARRAYS, packed))))
  for (const table of [await tableOf(packed), await tableOf({ x: ['pictures.idx'] }, folder)]) {
    expect(table.columns).toEqual({ x: { shape: [4, 4], dtype: 'uint8', divisor: 1, values: 'real' } })
    expect(await allRows(table)).toEqual({ count: 6, columns: { x: expected.pictures.flat(2) } })
  }
})

/** A file of these bytes. */
function fileOf(name: string, bytes: Uint8Array): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, name), bytes)
  return folder
}

const VECTOR = [0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3]

test.each([
  ['an empty file', [], 'is not an IDX file'],
  ['a file of another kind', [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], 'is not an IDX file'],
  ['elements of unknown type', [0, 0, 0x0a, 1, 0, 0, 0, 0], 'is not an IDX file'],
  ['a header without all its lengths', [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1], 'is cut off in its header'],
  ['data cut off', VECTOR.slice(0, -1), 'has 2 bytes of data, but its header states 3'],
  ['data that go on', [...VECTOR, 4], 'has 4 bytes of data, but its header states 3'],
  ['a single value', [0, 0, 8, 0, 7], 'has no rows, because it is a single value'],
])('%s is refused', async (_, bytes, message) => {
  const folder = fileOf('x.idx', Uint8Array.from(bytes))
  await expect(tableOf('x.idx', folder)).rejects.toThrow(new UserError(`x.idx: ${message}`))
})

test.each([
  ['cut off', (packed: Buffer) => packed.subarray(0, -9), 'x.idx.gz: is damaged or cut off: unexpected end of file'],
  [
    'with another checksum',
    (packed: Buffer) => packed.fill(0, packed.length - 8, packed.length - 4),
    'x.idx.gz: is damaged or cut off: incorrect data',
  ],
  ['that is not packed', () => Buffer.from(VECTOR), 'x.idx.gz: is damaged or cut off: incorrect header check'],
  ['of fewer elements', () => gzipSync(Uint8Array.from(VECTOR.slice(0, -1))), 'x.idx.gz: is cut off'],
  [
    'of more elements',
    () => gzipSync(Uint8Array.from([...VECTOR, 4])),
    'x.idx.gz: has more bytes than its header states',
  ],
])('a packed file %s is refused', async (_, damage, message) => {
  const folder = fileOf('x.idx.gz', damage(gzipSync(Uint8Array.from(VECTOR))))
  await expect(tableOf('x.idx.gz', folder).then(allRows)).rejects.toThrow(message)
})

test('a file of unsigned bytes is read whole', async () => {
  const path = join(fileOf('x', Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])), 'x')
  const { shape, data } = await readIdx(path)
  expect({ shape, data: [...data] }).toEqual({ shape: [2, 3], data: [1, 2, 3, 4, 5, 255] })
  await expect(readIdx(join(ARRAYS, 'values-f4-idx1-f4'))).rejects.toThrow('has elements of type f4, must be unsigned')
  await expect(readIdx('nothing')).rejects.toThrow('nothing')
})

test('an array without rows is read whole; lengths may need all four bytes', async () => {
  const path = join(fileOf('x', Uint8Array.from([0, 0, 8, 2, 0, 0, 1, 2, 0, 0, 0, 0])), 'x')
  expect(await readIdx(path)).toEqual({ shape: [258, 0], data: new Uint8Array() })
})
