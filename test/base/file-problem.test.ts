import { readFile } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import { expect, test } from 'vitest'
import { fileProblem, inWords } from '../../src/base/file-problem.js'
import { UserError } from '../../src/base/issue.js'

const problemOf = (code: string, rest: object = {}) => fileProblem(Object.assign(new Error('x'), { code, ...rest }))

test('an error of the file system is named in words, with its path', async () => {
  const missing = await readFile('/no/such/file').catch((error) => error)
  expect(fileProblem(missing)).toBe('/no/such/file: no such file or folder')
  const folder = await readFile(tmpdir()).catch((error) => error)
  expect(fileProblem(folder)).toContain('is a folder, must be a file')
  expect(problemOf('ENOSPC')).toBe('the disk is full')
})

test('every error of the system has words', () => {
  const codes = [...Object.keys(constants.errno), ...[...getSystemErrorMap().values()].map(([name]) => name), 'ENEW']
  expect(codes.length).toBeGreaterThan(80)
  for (const code of codes) expect(problemOf(code), code).toMatch(/\w{2,} ?\w*/)
  expect(problemOf('EILSEQ')).toBe('illegal byte sequence (EILSEQ)')
})

test('errors of Node about a file are problems of the file too', async () => {
  const nul = await readFile('a\0b').catch((error) => error)
  expect(fileProblem(nul)).toBe('a name must not contain a null byte')
  expect(problemOf('ERR_FS_FILE_TOO_LARGE')).toContain('too large')
  expect(problemOf('ERR_FS_NEW_ONE')).toBe('x')
})

test('any other error is not about files', () => {
  expect(fileProblem(new TypeError('x'))).toBeUndefined()
  expect(fileProblem(null)).toBeUndefined()
  expect(problemOf('toString')).toBeUndefined()
  expect(problemOf('ERR_INVALID_ARG_TYPE')).toBeUndefined()
})

test('a message has the operation, the file and the disk', async () => {
  const failing = (error: unknown) => inWords('save it', async () => Promise.reject(error)).catch((failure) => failure)
  const full = await failing(Object.assign(new Error('x'), { code: 'ENOSPC', path: '/no/such/file' }))
  expect(full).toBeInstanceOf(UserError)
  expect(full.message).toBe('Cannot save it: /no/such/file: the disk is full (/).')
  const ours = new TypeError('x')
  expect(await failing(ours)).toBe(ours)
})
