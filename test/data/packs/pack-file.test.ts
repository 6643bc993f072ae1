/** A pack is whole or it is not there. */
import { mkdtempSync, readdirSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import { createPack, openPack } from '../../../src/data/packs/pack-file.js'

let folder: string
let path: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packs-'))
  path = join(folder, 'deep', 'one.pack')
})
afterAll(() => rmSync(folder, { recursive: true }))

async function write(text: string, description: string) {
  const draft = await createPack(path)
  await draft.write(Buffer.from(text), 0)
  return draft.finish(description)
}

const textIn = (descriptor: number, length: number) => {
  const bytes = Buffer.alloc(length)
  readSync(descriptor, bytes, 0, length, 0)
  return bytes.toString()
}

test('it has rows and a description', async () => {
  const made = await write('rows', 'of iris')
  const found = openPack(path)!
  expect(found).toMatchObject({ path, bytes: made.bytes, description: 'of iris' })
  expect(textIn(found.descriptor, 4)).toBe('rows')
  expect(textIn(made.descriptor, 4)).toBe('rows')
})

test('an open pack stays readable when another process replaces it', async () => {
  const made = await write('old', 'old')
  await write('new', 'new')
  expect(textIn(made.descriptor, 3)).toBe('old')
  expect(openPack(path)!.description).toBe('new')
})

test('an unfinished pack leaves nothing', async () => {
  const before = readFileSync(path)
  const draft = await createPack(path)
  await draft.write(Buffer.from('half'), 0)
  expect(readFileSync(path)).toEqual(before)
  await draft.discard()
  expect(readdirSync(join(folder, 'deep'))).toEqual(['one.pack'])
})

test('a file that is cut short or not a pack is no pack', async () => {
  const bytes = readFileSync(path)
  for (const end of [0, 1, 20, bytes.length - 1]) {
    writeFileSync(path, bytes.subarray(0, end))
    expect(openPack(path)).toBeUndefined()
  }
  writeFileSync(path, 'x'.repeat(100))
  expect(openPack(path)).toBeUndefined()
  expect(openPack(join(folder, 'missing'))).toBeUndefined()
})

test('a folder that cannot be made is named', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await expect(createPack(join(file, 'one.pack'))).rejects.toThrow(
    new UserError(`Cannot pack the rows: ${file}: a file with this name exists.`),
  )
})
