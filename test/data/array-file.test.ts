/** Arrays that a user gives: the same numbers from each kind of file, and what is wrong with one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { expect, test } from 'vitest'
import { npyHeader } from '../../src/base/npy.js'
import { readArrayFile } from '../../src/data/array-file.js'
import { temporaryFolder } from '../support/command.js'

function fileOf(name: string, data: string | Uint8Array): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, data)
  return path
}

const MASK = [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
const size = { width: 10, height: 2 }
const packed = Uint8Array.of(0b10000000, 0b01000000, 0b01000000, 0b10000000)

test.each([
  ['mask.npy', Buffer.concat([npyHeader([2, 10]), new Uint8Array(Float32Array.from(MASK).buffer)])],
  ['mask.csv', '1,0,0,0,0,0,0,0,0,1\n0,1,0,0,0,0,0,0,1,0\n'],
  ['MASK.CSV', 'a,b,c,d,e,f,g,h,i,j\r\n1, 0,0,0,0,0,0,0,0,1.0\r\n0,1,0,0,0,0,0,0,1,0'],
  ['grey of eight bits.png', encode({ ...size, channels: 1, data: Uint8Array.from(MASK, (bit) => 255 * bit) })],
  [
    'grey of sixteen bits.png',
    encode({ ...size, channels: 1, depth: 16, data: Uint16Array.from(MASK, (bit) => 65535 * bit) }),
  ],
  ['one bit.png', encode({ ...size, channels: 1, depth: 1, data: packed })],
  ['transparent.png', encode({ ...size, channels: 2, data: Uint8Array.from(MASK.flatMap((bit) => [255 * bit, 7])) })],
  [
    'colours.png',
    encode({ ...size, channels: 3, data: Uint8Array.from(MASK.flatMap((bit) => Array(3).fill(255 * bit))) }),
  ],
])('%s', async (name, data) => {
  const { shape, values } = await readArrayFile(fileOf(name, data))
  expect({ shape, values: [...values] }).toEqual({ shape: [2, 10], values: MASK })
})

test.each([
  ['mask.txt', '1', 'must end in one of .npy, .csv, .png'],
  ['mask.npy', '1', 'it is no .npy file'],
  ['mask.csv', '1,2\n3\n', 'row 2 has 1 columns, must have 2'],
  ['mask.csv', 'a,b\n1,x\n', 'row 2 holds something that is no number'],
  ['mask.csv', 'a,b\n', 'it has no rows'],
  ['mask.png', 'P5', 'it is no picture that can be read: '],
])('%s of %j is told', async (name, data, words) => {
  const path = fileOf(name, data)
  await expect(readArrayFile(path)).rejects.toThrow(`${path}: ${words}`)
})
