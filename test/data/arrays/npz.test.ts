/** Archives of NumPy (.npz): every type, stored and deflated; archives that are damaged or made to do harm. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import { npyHeader } from '../../../src/base/npy.js'
import { ARRAYS, expected, tableOf } from '../../support/arrays.js'
import { temporaryFolder } from '../../support/command.js'
import { allRows } from '../../support/raw-table.js'
import { zipOf } from '../../support/zip.js'

test.each(['types.npz', 'types-deflated.npz'])('%s has a column for each type', async (path) => {
  const table = await tableOf(path)
  expect(Object.keys(table.columns).toSorted()).toEqual(Object.keys(expected.types).toSorted())
  const { count, columns } = await allRows(table)
  expect(count).toBe(5)
  for (const [type, values] of Object.entries(expected.types)) {
    const isNumber = table.columns[type] === 'number'
    expect(isNumber).toBe(type.includes('f'))
    expect(columns[type], type).toEqual(isNumber ? values.map(Math.fround) : values)
  }
})

test('text is read from UTF-32 of both orders and from UTF-8; empty text is a gap', async () => {
  const { columns } = await allRows(await tableOf('text.npz'))
  const words = expected.words.map((word) => word || null)
  expect(columns).toEqual({ little: words, big: words, bytes: words })
})

test('an array in the order of columns is turned', async () => {
  const { columns } = await allRows(await tableOf('cube-by-columns.npz'))
  expect(columns).toEqual({ cube: expected.cube.flat(2) })
})

test('an archive is one column if it holds one array', async () => {
  const table = await tableOf({ x: ['cube-by-columns.npz'] })
  expect((await allRows(table)).columns).toEqual({ x: expected.cube.flat(2) })
  await expect(tableOf({ x: ['text.npz'] })).rejects.toThrow(
    new UserError(
      'text.npz: holds 3 arrays (little, big, bytes), must hold one; as the whole source, each is a column',
    ),
  )
})

const array = (rows: number) => Buffer.concat([npyHeader([rows]), Buffer.alloc(4 * rows)])

function archive(members: Readonly<Record<string, Buffer>>, damage = (bytes: Buffer) => bytes): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'x.npz'), damage(zipOf(members)))
  return folder
}

test('arrays that cannot be columns are refused when they are used', async () => {
  const objects = readFileSync(join(ARRAYS, 'refused-objects.npy'))
  const folder = archive({ 'x.npy': array(3), 'y.npy': array(2), 'meta.npy': objects, 'notes.txt': Buffer.from('hi') })
  const table = await tableOf('x.npz', folder)
  expect(table.columns).toEqual({ x: 'number', y: 'number', meta: null, 'notes.txt': null })
  expect(table.read({ x: 'number' }).columns).toMatchObject({ x: { shape: [] } })
  await expect(table.facts(['x', 'meta'])).rejects.toThrow(
    'x.npz: meta: holds Python objects (pickles), which are never',
  )
  expect(() => table.read({ 'notes.txt': 'text' })).toThrow('x.npz: member "notes.txt" is not a .npy file')
  await expect(table.facts(['x', 'y'])).rejects.toThrow('x.npz: x has 3 rows, but x.npz: y has 2')
})

test('names that JavaScript has a meaning for are names of columns', async () => {
  const names = ['__proto__', 'constructor']
  const folder = archive(Object.fromEntries(names.map((name) => [`${name}.npy`, array(3)])))
  const table = await tableOf('x.npz', folder)
  expect(Object.keys(table.columns)).toEqual(names)
  expect(Object.entries((await allRows(table)).columns)).toEqual(names.map((name) => [name, [0, 0, 0]]))
})

test('files with the same arrays come one after another', async () => {
  const folder = archive({ 'x.npy': array(3), 'y.npy': array(3) })
  writeFileSync(join(folder, 'z.npz'), zipOf({ 'y.npy': array(2), 'x.npy': array(2) }))
  const { count } = await allRows(await tableOf(['x.npz', 'z.npz'], folder))
  expect(count).toBe(5)
  writeFileSync(join(folder, 'z.npz'), zipOf({ 'x.npy': array(2), 'w.npy': array(2) }))
  await expect(tableOf(['x.npz', 'z.npz'], folder)).rejects.toThrow('z.npz: has no array "y", unlike x.npz')
})

const replaced = (from: string, to: string) => (bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1')

/** Changes the bytes of the entry in the list at the end of an archive. */
const listed =
  (at: number, ...bytes: number[]) =>
  (archive: Buffer) => {
    archive.set(bytes, archive.indexOf('PK\x01\x02') + at)
    return archive
  }

test.each([
  ['whose name leaves the folder', replaced('aa/x.npy', '../x.npy'), 'invalid relative path: ../x.npy'],
  ['whose name begins at the root', replaced('aa/x.npy', '/aax.npy'), 'absolute path: /aax.npy'],
  ['with a password', listed(8, 1), 'member "aa/x.npy" is encrypted; save it without a password'],
  ['packed by bzip2', listed(10, 12), 'member "aa/x.npy" is packed in a way that is not supported'],
  ['that states too much', listed(24, 0, 0, 0, 0x40), 'member "aa/x.npy" states 1073741824 bytes, more than its'],
  ['cut off', (bytes: Buffer) => bytes.subarray(0, -30), 'is not a whole archive (.npz)'],
  ['of text', () => Buffer.from('x,y\n'), 'is not a whole archive (.npz)'],
])('an archive %s is refused', async (_, damage, problem) => {
  await expect(tableOf('x.npz', archive({ 'aa/x.npy': array(3) }, damage))).rejects.toThrow(problem)
})

test('members that overlap or have one name are refused', async () => {
  const twice = archive({ 'x.npy': array(3), 'y.npy': array(3) }, replaced('y.npy', 'x.npy'))
  await expect(tableOf('x.npz', twice)).rejects.toThrow('x.npz: has two members of the name "x.npy"')
  const bomb = archive({ 'x.npy': array(3), 'y.npy': array(3) }, (bytes) => {
    bytes.writeUInt32LE(0, bytes.lastIndexOf('PK\x01\x02') + 42)
    return bytes
  })
  await expect(tableOf('x.npz', bomb)).rejects.toThrow(/x.npz: member "[xy].npy" overlaps another/)
})

test('a member with another checksum is refused after its last row', async () => {
  const folder = archive({ 'x.npy': array(3) }, listed(16, 1, 2, 3, 4))
  await expect(allRows(await tableOf('x.npz', folder))).rejects.toThrow('x.npz: x: is damaged: its checksum differs')
})

test('a member without an array, and an archive without one, are refused', async () => {
  await expect(tableOf('x.npz', archive({}))).rejects.toThrow('x.npz: holds no arrays')
})
