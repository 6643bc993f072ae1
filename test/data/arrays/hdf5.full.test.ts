/** HDF5 files: every type, groups and packed parts; nothing outside of the file is read. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import { openHdf5 } from '../../../src/data/arrays/hdf5.js'
import { ARRAYS, expected, tableOf } from '../../support/arrays.js'
import { temporaryFolder } from '../../support/command.js'
import { readDamaged } from '../../support/damaged-arrays.js'
import { allRows } from '../../support/raw-table.js'

test('datasets of every type are columns by name', async () => {
  const table = await tableOf('types.h5')
  const { count, columns } = await allRows(table)
  expect(count).toBe(5)
  for (const [type, values] of Object.entries(expected.types)) {
    const isNumber = table.columns[`types/${type}`] === 'number'
    expect(isNumber).toBe(type.includes('f'))
    expect(columns[`types/${type}`], type).toEqual(isNumber ? values.map(Math.fround) : values)
  }
  const words = expected.words.map((word) => word || null)
  for (const kind of ['variable', 'fixed', 'spaces']) expect(columns[`text/${kind}`]).toEqual(words)
  expect(Object.keys(columns)).toHaveLength(Object.keys(expected.types).length + 3)
})

test('packed datasets are read, links within the file are followed, and a circle of groups ends', async () => {
  const table = await tableOf('pictures.h5')
  expect(table.columns).toEqual({
    x: { shape: [4, 4], dtype: 'uint8', divisor: 1, values: 'real' },
    y: 'integer',
    'labels/again': 'integer',
  })
  const labels = [0, 1, 0, 1, 0, 1]
  expect(await allRows(table)).toEqual({
    count: 6,
    columns: { x: expected.pictures.flat(2), y: labels, 'labels/again': labels },
  })
})

test('a file is one column if it holds one dataset', async () => {
  await expect(tableOf({ x: ['pictures.h5'] })).rejects.toThrow(
    'pictures.h5: holds 3 arrays (labels/again, x, y), must hold one; as the whole source, each is a column',
  )
})

test.each([
  ['records', 'holds records or complex numbers; save each member as a dataset of its own'],
  ['complex', 'holds records or complex numbers; save each member as a dataset of its own'],
  ['scalar', 'has no rows, because it is a single value'],
  ['null', 'has no values'],
  ['lists', 'holds neither numbers nor text'],
  ['arrays', 'holds neither numbers nor text'],
  ['opaque', 'holds neither numbers nor text'],
  ['references', 'holds neither numbers nor text'],
  ['lzf', 'is packed by "lzf", which is not part of HDF5; save it with "gzip"'],
  ['virtual', 'has its values in other files, which are not opened'],
  ['external', 'leads to another file, "pictures.h5", which is not opened'],
  ['broken', 'is not a dataset, or is damaged'],
])('a dataset of kind %s is refused when it is used', async (name, problem) => {
  const table = await tableOf('refused.h5')
  expect(table.columns[name]).toBeNull()
  expect(table.columns.x).toBe('number')
  await expect(table.facts([name])).rejects.toThrow(new UserError(`refused.h5: ${name}: ${problem}`))
})

test('values in another file are not read', async () => {
  const table = await tableOf('refused.h5')
  expect(table.columns.outside).toBe('integer')
  const read = async () => {
    for await (const rows of table.read({ outside: 'integer' }).rows()) return rows
  }
  await expect(read()).rejects.toThrow('refused.h5: outside: is damaged, or has parts that this version of the HDF5')
})

test.each([
  ['of text', () => Buffer.from('a,b\n1,2\n'), 'is not an HDF5 file'],
  ['empty', () => Buffer.alloc(0), 'is not an HDF5 file'],
  ['cut off', (bytes: Buffer) => bytes.subarray(0, 1000), 'is damaged, or has parts that this version'],
])('a file %s is refused', async (_, damage, problem) => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'x.h5'), damage(readFileSync(join(ARRAYS, 'pictures.h5'))))
  await expect(tableOf('x.h5', folder)).rejects.toThrow(`x.h5: ${problem}`)
})

test('a block of the user may come first', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'x.h5'), Buffer.concat([Buffer.alloc(512), readFileSync(join(ARRAYS, 'pictures.h5'))]))
  expect((await allRows(await tableOf('x.h5', folder))).count).toBe(6)
})

test('a file in which the library runs in a circle is given up, and another one is read then', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'x.h5')
  const bytes = readFileSync(join(ARRAYS, 'types.h5'))
  bytes[13840] = 0 // an object of the heap of texts without a size
  writeFileSync(path, bytes)
  const { blocks } = await openHdf5(path, 'x.h5', null, 3000)
  const block = blocks.find(({ columns }) => 'text/variable' in columns)!
  const reader = await block.start(['text/variable'])
  await expect(reader.next(5)).rejects.toThrow(
    new UserError('x.h5: text/variable: is damaged, or has parts that this version of the HDF5 library cannot read'),
  )
  expect((await allRows(await tableOf('pictures.h5'))).count).toBe(6)
})

test('a dataset of more rows than its file can hold is refused', async () => {
  const table = await tableOf('refused.h5')
  await expect(table.facts(['endless'])).rejects.toThrow(
    /^refused.h5: endless: states 1000000000000 rows, more than its file of \d+ bytes can hold$/,
  )
})

test('damaged files are read, or refused in words', async () => {
  const { refused } = await readDamaged('.h5', 100)
  expect(refused).toBeGreaterThan(0)
})
