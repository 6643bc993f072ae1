/** IDX files are read, and anything else is refused with a message. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import { readIdx } from '../../../src/data/sources/idx.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainspec-idx-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(...bytes: number[]) {
  const path = join(folder, 'file')
  await writeFile(path, Uint8Array.from(bytes))
  return readIdx(path)
}

test('shape and data are those of the file', async () => {
  const { shape, data } = await read(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255)
  expect(shape).toEqual([2, 3])
  expect([...data]).toEqual([1, 2, 3, 4, 5, 255])
})

test('dimensions may need all four bytes', async () => {
  const { shape, data } = await read(0, 0, 8, 2, 0, 0, 1, 2, 0, 0, 0, 0)
  expect(shape).toEqual([258, 0])
  expect(data.length).toBe(0)
})

const notIdx = 'is not an IDX file of unsigned bytes'
test.each([
  ['an empty file', [], notIdx],
  ['a file of another kind', [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], notIdx],
  ['numbers that are not bytes', [0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0], notIdx],
  ['a header without all its dimensions', [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1], notIdx],
  [
    'data cut short',
    [0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3],
    'is cut short: it has 3 bytes of data, but its header states 5',
  ],
  [
    'data that goes on',
    [0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3],
    'is too long: it has 3 bytes of data, but its header states 2',
  ],
])('%s is refused', async (_, bytes, message) => {
  const refused = read(...bytes)
  await expect(refused).rejects.toThrow(message)
  await expect(refused).rejects.toBeInstanceOf(UserError)
  await expect(refused).rejects.toThrow(join(folder, 'file'))
})

test('a missing file is named', async () => {
  await expect(readIdx(join(folder, 'nothing'))).rejects.toThrow('nothing')
})
