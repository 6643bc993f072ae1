import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { fileProblem } from '../../src/base/file-problem.js'

test('an error of the file system is named in words, with its path', async () => {
  const missing = await readFile('/no/such/file').catch((error) => error)
  expect(fileProblem(missing)).toBe('/no/such/file: no such file or folder')
  const folder = await readFile(tmpdir()).catch((error) => error)
  expect(fileProblem(folder)).toContain('is a folder, must be a file')
  expect(fileProblem(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBe('the disk is full')
})

test('any other error is not about files', () => {
  expect(fileProblem(new TypeError('x'))).toBeUndefined()
  expect(fileProblem(Object.assign(new Error('x'), { code: 'toString' }))).toBeUndefined()
})
