/** A lock has one holder, and that of a process that is gone is taken over. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { LEFT_MS, lockHolder, takeLock } from '../../src/base/lock-file.js'
import { lockOfNone, lockWith } from '../support/locks.js'

let folder = ''
let file = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  file = join(folder, 'a.lock')
})

afterEach(() => rmSync(folder, { recursive: true }))

/** Takes the lock and gives it back. Returns the holder if there is one. */
async function tried() {
  const taken = await takeLock(file)
  if ('holder' in taken) return taken.holder
  await taken.lock.release()
  expect(readdirSync(folder)).toEqual([])
  return null
}

test('a lock names its process, has one holder, and is gone when it is released', async () => {
  const [first, second] = await Promise.all([takeLock(file), takeLock(file)])
  if (!('lock' in first)) throw new Error('the first got no lock')
  expect(second).toMatchObject({ holder: { pid: process.pid, host: hostname() } })
  expect(await lockHolder(file)).toMatchObject({ pid: process.pid })
  await first.lock.release()
  expect(readdirSync(folder)).toEqual([])
  expect(await lockHolder(file)).toBe(null)
})

test('of many that take over a lock at once, one gets it', async () => {
  writeFileSync(file, lockOfNone())
  const taken = await Promise.all(Array.from({ length: 20 }, () => takeLock(file)))
  expect(taken.filter((one) => 'lock' in one)).toHaveLength(1)
  expect(readdirSync(folder)).toEqual(['a.lock'])
})

test('a lock that another process has taken over is not removed', async () => {
  const taken = await takeLock(file)
  writeFileSync(file, lockWith({ pid: 7 }))
  if ('lock' in taken) await taken.lock.release()
  expect(JSON.parse(readFileSync(file, 'utf8')).pid).toBe(7)
})

describe('a lock is taken over', () => {
  test.each([
    ['of a process that is gone', lockOfNone()],
    ['that was never written', ''],
    ['that is no lock', '{"pid": "x"}'],
  ])('%s', async (_, text) => {
    writeFileSync(file, text)
    expect(await lockHolder(file)).toBe(null)
    expect(await tried()).toBe(null)
  })

  test.runIf(process.platform === 'linux')('of a process whose number another one has now', async () => {
    writeFileSync(file, lockWith({ started: '1' }))
    expect(await tried()).toBe(null)
  })
})

describe('a process that cannot be looked at', () => {
  const MACHINES = [
    ['on another machine', { host: 'elsewhere' }],
    ['before this machine started again, or on one with its name', { boot: 'another' }],
    ['in another container', { namespace: 'pid:[1]' }],
  ] as const

  test.each(MACHINES)('%s: it holds its lock as long as it touches it', async (_, changes) => {
    writeFileSync(file, lockWith({ pid: 2 ** 30, ...changes }))
    expect(await tried()).toMatchObject({ pid: 2 ** 30 })
    expect(readdirSync(folder)).toEqual(['a.lock'])
    expect(await lockHolder(file)).toMatchObject(changes)
    const left = new Date(Date.now() - LEFT_MS - 1000)
    utimesSync(file, left, left)
    expect(await lockHolder(file)).toBe(null)
    expect(await tried()).toBe(null)
  })
})

test.runIf(process.platform !== 'win32').each([
  ['a folder', () => mkdirSync(file)],
  ['a link to nothing', () => symlinkSync('nothing', file)],
  ['a link to itself', () => symlinkSync(file, file)],
  ['a large file', () => writeFileSync(file, ' '.repeat(5000))],
] as const)('%s is no lock file, which is told', async (_, make) => {
  make()
  await expect(takeLock(file)).rejects.toThrow(new UserError(`${file} is not a lock file; remove it.`))
  expect(readdirSync(folder)).toEqual(['a.lock'])
})

test('in a folder that is gone, the error has the path', async () => {
  const path = join(folder, 'none/a.lock')
  await expect(takeLock(path)).rejects.toMatchObject({ code: 'ENOENT', path })
  expect(existsSync(path)).toBe(false)
})
