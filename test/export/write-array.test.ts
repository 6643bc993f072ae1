/** Files of arrays: the numbers are the same when read back, and a file is complete or absent. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RandomStream } from '../../src/base/philox.js'
import { readArrayFile } from '../../src/data/read-array.js'
import { arrayFormatOf, openArrayFile, writeArray } from '../../src/export/write-array.js'
import { temporaryFolder } from '../support/command.js'

const random = new RandomStream({ seed: 1, purpose: 0, stream: 0, step: 0 })
const VALUES = Float32Array.from([
  ...[0, 1, -1, 0.1, 1 / 3, 1e-30, -3.4028235e38, 1.1754944e-38, 16777217],
  ...Array.from({ length: 291 }, () => random.normal()),
])

test.each(['a.npy', 'a.csv'])('%s has the same numbers', async (name) => {
  const path = join(temporaryFolder(), name)
  await writeArray(path, [100, 3], VALUES)
  expect(await readArrayFile(path)).toEqual({ shape: [100, 3], values: VALUES })
})

test('rows come one after another, and the file has its name at the end', async () => {
  const folder = temporaryFolder()
  const file = await openArrayFile(join(folder, 'a.csv'), [3, 2])
  await file.append(Float32Array.of(0.1, 2, 3, 4))
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^a\.csv\..*\.tmp$/)])
  await file.append(Float32Array.of(5, 6))
  await file.finish()
  await file.discard()
  expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toBe('0.1,2\n3,4\n5,6\n')
})

test('a discarded file leaves nothing', async () => {
  const folder = temporaryFolder()
  const file = await openArrayFile(join(folder, 'a.npy'), [3, 2])
  await file.discard()
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['a.npy', 'npy'],
  ['b.CSV', 'csv'],
  ['c.txt', undefined],
])('the format of %s', (path, format) => expect(arrayFormatOf(path)).toBe(format))
