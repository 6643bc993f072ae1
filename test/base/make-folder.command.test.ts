/** Folders are made, or an error gives the reason. */
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../src/base/make-folder.js'
import { runShell, temporaryFolder } from '../support/command.js'

test('parent folders are made too, and existing folders stay', async () => {
  const folder = temporaryFolder()
  for (let time = 0; time < 2; time++) await makeFolder(join(folder, 'a/b/c/'))
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['c'])
  await makeFolder('/')
})

test('a folder that must exist is not made', async () => {
  const folder = temporaryFolder()
  const run = join(folder, 'run')
  await expect(makeFolder(join(run, 'a/b'), run)).rejects.toMatchObject({ code: 'ENOENT', path: run })
  expect(existsSync(run)).toBe(false)
  mkdirSync(run)
  await makeFolder(join(run, 'a/b'), run)
  expect(readdirSync(join(run, 'a'))).toEqual(['b'])
})

test('a file or a link that leads nowhere is in the way', async () => {
  const folder = temporaryFolder({ file: '' })
  symlinkSync('nowhere', join(folder, 'link'))
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(folder, 'file/a'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  await expect(makeFolder(join(folder, 'link'))).rejects.toMatchObject({ code: 'EDANGLING' })
  await expect(makeFolder(join(folder, 'link/a'))).rejects.toMatchObject({ code: 'EDANGLING' })
})

test.runIf(process.platform === 'linux')(
  'a place where nothing can be made is told, and does not go on for ever',
  async () => {
    await expect(makeFolder('/proc/x/y')).rejects.toMatchObject({ code: 'ENOWHERE', path: '/proc/x' })
  },
)

test.skipIf(process.platform === 'win32')('a working folder that was removed', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'gone'))
  const spec = join(import.meta.dirname, '../../specs/mnist-mlp.json')
  const { code, stderr } = await runShell(`cd gone; rmdir ../gone; exec $train ${spec} --out x`, { cwd: folder })
  expect(stderr).toMatch(/^Cannot .*: the current folder no longer exists\.$/m)
  expect(code).toBe(2)
})
