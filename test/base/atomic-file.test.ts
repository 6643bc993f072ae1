/** A file is written whole or not at all, and nothing is left beside it. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeFileAtomic } from '../../src/base/atomic-file.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainspec-atomic-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('text and bytes arrive, in place of what was there', async () => {
  const path = join(folder, 'file')
  await writeFile(path, 'something much longer than what comes')
  await writeFileAtomic(path, 'new')
  expect(await readFile(path, 'utf8')).toBe('new')
  await writeFileAtomic(path, Uint8Array.of(1, 0, 255))
  expect([...(await readFile(path))]).toEqual([1, 0, 255])
  expect(await readdir(folder)).toEqual(['file'])
})

test('writers of one file do not mix', async () => {
  const path = join(folder, 'file')
  const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(50_000))
  await Promise.all(texts.map((text) => writeFileAtomic(path, text)))
  expect(texts).toContain(await readFile(path, 'utf8'))
  expect(await readdir(folder)).toEqual(['file'])
})

test('where it cannot be written, what was there stays and nothing is left', async () => {
  const path = join(folder, 'folder')
  await mkdir(join(path, 'full'), { recursive: true })
  await expect(writeFileAtomic(path, 'new')).rejects.toThrow()
  expect(await readdir(folder)).toEqual(['folder'])
  await expect(writeFileAtomic(join(folder, 'missing', 'file'), 'new')).rejects.toThrow('ENOENT')
})
