/** A file is written completely or not at all, and no other file remains. */
import { execFile, execFileSync } from 'node:child_process'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeFileAtomic } from '../../src/base/atomic-file.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainspec-atomic-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('text and bytes are written, and replace the old file', async () => {
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

test('if it cannot be written, the old file stays and no other file is left', async () => {
  const path = join(folder, 'folder')
  await mkdir(join(path, 'full'), { recursive: true })
  await expect(writeFileAtomic(path, 'new')).rejects.toThrow()
  expect(await readdir(folder)).toEqual(['folder'])
  await expect(writeFileAtomic(join(folder, 'missing', 'file'), 'new')).rejects.toThrow('ENOENT')
})

test('a temporary file that another run left is not in the way', async () => {
  const path = join(folder, 'file')
  const stale = Array.from({ length: 50 }, (_, count) => `file.${process.pid}-${count}.tmp`)
  for (const name of stale) await writeFile(join(folder, name), 'of a process that had the same number')
  await writeFileAtomic(path, 'new')
  expect((await readdir(folder)).sort()).toEqual(['file', ...stale].sort())
})

describe.skipIf(process.platform === 'win32')('on POSIX', () => {
  test('a write that fails half way leaves the old file whole, and nothing beside it', async () => {
    const path = join(folder, 'file')
    await writeFile(path, 'old')
    const source = fileURLToPath(new URL('../../dist/base/atomic-file.js', import.meta.url))
    const script = `
      import { writeFileAtomic } from ${JSON.stringify(source)}
      process.on('SIGXFSZ', () => {})
      await writeFileAtomic(${JSON.stringify(path)}, 'x'.repeat(1e6)).catch(({ code }) => console.log(code))`
    // at most 64 blocks a file, of 512 or 1024 bytes
    const args = ['-c', 'ulimit -f 64; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script]
    expect((await promisify(execFile)('sh', args)).stdout).toBe('EFBIG\n')
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['file'])
  })

  test('a link stays, and what it leads to is replaced', async () => {
    await mkdir(join(folder, 'there'))
    const [link, target] = [join(folder, 'link'), join(folder, 'there', 'target')]
    await writeFile(target, 'old')
    await symlink(target, link)
    await writeFileAtomic(link, 'new')
    expect((await lstat(link)).isSymbolicLink()).toBe(true)
    expect(await readFile(target, 'utf8')).toBe('new')
    expect([await readdir(folder), await readdir(join(folder, 'there'))]).toEqual([['link', 'there'], ['target']])
  })

  test('a pipe stays one and gets the data', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const [got] = await Promise.all([readFile(pipe, 'utf8'), writeFileAtomic(pipe, 'new')])
    expect(got).toBe('new')
    expect((await lstat(pipe)).isFIFO()).toBe(true)
    expect(await readdir(folder)).toEqual(['pipe'])
  })
})
