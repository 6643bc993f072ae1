/** Arrays of NumPy (.npy): every type and order of elements, by rows; what is refused. */
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import { ARRAYS, expected, tableOf } from '../../support/arrays.js'
import { temporaryFolder } from '../../support/command.js'
import { allRows } from '../../support/raw-table.js'

const real = (shape: readonly number[], more: object = {}) => ({
  shape,
  dtype: 'float32',
  divisor: 1,
  values: 'real',
  ...more,
})

test('a matrix becomes a column for each of its columns', async () => {
  for (const path of ['matrix.npy', 'matrix-by-columns.npy']) {
    const table = await tableOf(path)
    expect(table.columns).toEqual({ column_1: 'number', column_2: 'number', column_3: 'number' })
    const { count, columns } = await allRows(table)
    expect(count).toBe(4)
    for (const index of [0, 1, 2]) {
      expect(columns[`column_${index + 1}`]).toEqual(expected.matrix.map((row) => row[index]))
    }
  }
})

test('a matrix that is named is one column', async () => {
  const table = await tableOf({ x: ['matrix-by-columns.npy'] })
  expect(table.columns).toEqual({ x: real([3]) })
  expect((await allRows(table)).columns.x).toEqual(expected.matrix.flat())
})

test('an array of more axes is column x: in the order of columns and big-endian too', async () => {
  const table = await tableOf('cube-by-columns.npy')
  expect(table.columns).toEqual({ x: real([3, 4]) })
  expect((await allRows(table)).columns.x).toEqual(expected.cube.flat(2))
})

test('bytes stay bytes, and truth values are binary', async () => {
  const pictures = await tableOf('pictures.npy')
  expect(pictures.columns).toEqual({ x: real([4, 4], { dtype: 'uint8' }) })
  expect((await allRows(pictures)).columns.x).toEqual(expected.pictures.flat(2))
  const masks = await tableOf('masks.npy')
  expect(masks.columns).toEqual({ x: real([4, 4], { dtype: 'uint8', values: 'binary' }) })
  expect((await allRows(masks)).columns.x).toEqual(expected.pictures.flat(2).map((value) => +(value > 127)))
})

test.each([1, 2, 3])('version %i of the format is read', async (version) => {
  const { columns } = await allRows(await tableOf(`version-${version}.npy`))
  expect(columns.x).toEqual(expected.matrix.map(([first]) => first))
})

test('members of records are columns', async () => {
  const table = await tableOf('records.npy')
  expect(table.columns).toEqual({ id: 'integer', size: 'number', colour: 'text', at: real([2]) })
  expect(await allRows(table)).toEqual({
    count: 3,
    columns: { id: [1, 2, 3], size: [2.5, Number.NaN, -1], colour: ['red', null, 'blue'], at: [1, 2, 3, 4, 5, 6] },
  })
  expect(await table.facts(['id', 'size', 'colour'])).toEqual({
    id: { gaps: 0, numbers: 3, notNumbers: 0, firstNotNumber: null, whole: true },
    size: { gaps: 1, numbers: 2, notNumbers: 0, firstNotNumber: null, whole: false },
    colour: {
      gaps: 1,
      numbers: 0,
      notNumbers: 2,
      firstNotNumber: { file: 'records.npy', row: 1, value: 'red' },
      whole: true,
    },
  })
  expect(await table.distinct('colour', 2)).toEqual(['blue', 'red'])
  expect(await table.distinct('id', 2)).toBeNull()
})

test('shards come one after another', async () => {
  const shards = ['shard-1.npy', 'shard-9.npy', 'shard-10.npy']
  const table = await tableOf({ x: shards, y: ['labels.npy'] })
  expect(table.columns).toEqual({ x: real([1, 2]), y: 'integer' })
  expect(await allRows(table)).toEqual({
    count: 10,
    columns: { x: Array.from({ length: 20 }, (_, value) => value), y: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0] },
  })
})

test('shards of other types or shapes are refused', async () => {
  await expect(tableOf({ x: ['shard-1.npy', 'cube-by-columns.npy'] })).rejects.toThrow(
    'cube-by-columns.npy: its rows have type f4 and shape (3, 4), but those of shard-1.npy have type f4 and shape (1, 2)',
  )
  await expect(tableOf({ x: ['pictures.npy', 'masks.npy'] })).rejects.toThrow(
    'masks.npy: its rows have type b1 and shape (4, 4), but those of pictures.npy have type u1 and shape (4, 4)',
  )
})

test('columns of different numbers of rows cannot be read side by side', async () => {
  const table = await tableOf({ x: ['cube-by-columns.npy'], y: ['labels.npy'] })
  expect(() => table.read({ x: 'field', y: 'integer' })).toThrow(
    'cube-by-columns.npy has 5 rows, but labels.npy has 10; all columns of a table must have the same number',
  )
})

test.each([
  ['objects', 'holds Python objects (pickles), which are never run; save numbers, or text with astype("U")'],
  ['complex', 'holds complex numbers; save the real and the imaginary part as two arrays'],
  ['times', 'holds times; save numbers with astype("int64"), or text with astype("U")'],
  ['long', 'has elements of type <f16, must be one of b1, u1, i1, u2, i2, u4, i4, u8, i8, f2, f4, f8, U, S'],
  ['scalar', 'has no rows, because it is a single value'],
  ['hollow', 'has no values, because its shape is (3, 0)'],
  ['bytes', 'holds bytes without a type'],
  ['inner', 'has member "a", which has members itself'],
])('an array of %s is refused', async (name, problem) => {
  await expect(tableOf(`refused-${name}.npy`)).rejects.toThrow(new UserError(`refused-${name}.npy: ${problem}`))
})

test('an array without rows is refused when it is read', async () => {
  const table = await tableOf({ x: ['refused-empty.npy'] })
  expect(() => table.read({ x: 'field' })).toThrow(new UserError('refused-empty.npy: has no rows'))
})

test.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, -1), 'has 95 bytes of data, must have 96, because its shape is (4, 3)'],
  ['of more bytes', (bytes: Buffer) => Buffer.concat([bytes, bytes]), 'has 320 bytes of data, must have 96'],
  ['cut in its header', (bytes: Buffer) => bytes.subarray(0, 40), 'is cut off in its header'],
  ['of version 9', (bytes: Buffer) => bytes.fill(9, 6, 7), "has version 9 of NumPy's format, must have 1, 2 or 3"],
  ['empty', (bytes: Buffer) => bytes.subarray(0, 0), 'is not a .npy file'],
  [
    'with a function in its header',
    (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('(4, 3)', 'exit()'), 'latin1'),
    'has a header that is no Python dict',
  ],
])('a file %s is refused', async (_, damage, problem) => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'x.npy'), damage(readFileSync(join(ARRAYS, 'matrix.npy'))))
  await expect(tableOf('x.npy', folder)).rejects.toThrow(`x.npy: ${problem}`)
})

test('a file that is cut after it was opened is refused', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'x.npy')
  for (const name of ['pictures.npy', 'cube-by-columns.npy']) {
    copyFileSync(join(ARRAYS, name), path)
    const table = await tableOf('x.npy', folder)
    truncateSync(path, 150)
    await expect(allRows(table)).rejects.toThrow('x.npy: is cut off')
  }
})

test('cells that a column may not have are listed with file, row and column', async () => {
  const folder = temporaryFolder()
  const write = (name: string, descr: string, shape: string, data: Uint8Array) =>
    writeFileSync(
      join(folder, name),
      Buffer.concat([
        Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'),
        Buffer.from(`${`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117)}\n`),
        data,
      ]),
    )
  const bytesOf = (values: ArrayBufferView) => new Uint8Array(values.buffer as ArrayBuffer)
  write('x.npy', '<f8', '(2, 3)', bytesOf(Float64Array.of(1, 2, Number.NaN, 4, -1 / 0, 1e39)))
  write('y.npy', '<f4', '(2,)', bytesOf(Float32Array.of(Number.NaN, 1 / 0)))
  write('id.npy', '<i8', '(2,)', bytesOf(BigInt64Array.of(2n ** 53n + 1n, -7n)))
  write('word.npy', '|S2', '(2,)', Uint8Array.of(0xff, 0, 0x31, 0x32))
  const issuesOf = async (name: string, type?: 'number' | 'integer') => {
    const table = await tableOf({ [name]: [`${name}.npy`] }, folder)
    const error = await allRows(table, type && { [name]: type }).catch((error) => error)
    expect(error).toBeInstanceOf(UserError)
    return error.issues.map(({ source, message }: { source: string; message: string }) => `${source}: ${message}`)
  }
  expect(await issuesOf('x')).toEqual([
    'x.npy: row 1, column "x", element 3 of 3: found NaN, must be a finite number of 32 bits',
    'x.npy: row 2, column "x", element 2 of 3: found -Infinity, must be a finite number of 32 bits',
    'x.npy: row 2, column "x", element 3 of 3: found 1e+39, must be a finite number of 32 bits',
  ])
  expect(await issuesOf('y')).toEqual(['y.npy: row 2, column "y": found Infinity, must be a finite number of 32 bits'])
  expect(await issuesOf('id')).toEqual([
    'id.npy: row 1, column "id": found 9007199254740993, must be a whole number of at most 2^53',
  ])
  expect(await issuesOf('word')).toEqual([
    'word.npy: row 1, column "word": found bytes that are no text, must be text in UTF-8, or in UTF-32 for type U',
  ])
  expect(await issuesOf('word', 'number')).toEqual([
    'word.npy: row 1, column "word": found bytes that are no text, must be a finite number of 32 bits',
  ])
  expect(await (await tableOf({ y: ['y.npy'] }, folder)).facts(['y'])).toEqual({
    y: {
      gaps: 1,
      numbers: 0,
      notNumbers: 1,
      firstNotNumber: { file: 'y.npy', row: 2, value: 'Infinity' },
      whole: true,
    },
  })
  write('large.npy', '<f8', '(2,)', bytesOf(Float64Array.of(1, 2 ** 53)))
  expect(await (await tableOf({ y: ['large.npy'] }, folder)).facts(['y'])).toMatchObject({ y: { whole: false } })
})

test('a column is read as another type if its values allow', async () => {
  const table = await tableOf('records.npy')
  const types = { id: 'text', size: 'text' } as const
  expect((await allRows(table, types)).columns).toMatchObject({ id: ['1', '2', '3'], size: ['2.5', null, '-1'] })
  await expect(allRows(table, { colour: 'number' })).rejects.toMatchObject({
    issues: [{ message: 'row 1, column "colour": found "red", must be a finite number of 32 bits' }, {}],
  })
})
