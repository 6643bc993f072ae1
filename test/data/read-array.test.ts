/** Arrays of a user: the same numbers from each kind of file, and messages about bad files. */
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { npyHeader } from '../../src/base/npy.js'
import { readArrayFile } from '../../src/data/read-array.js'
import { temporaryFolder } from '../support/command.js'
import { expectResultOrSentence, forDamaged } from '../support/damaged.js'

function fileOf(name: string, data: string | Uint8Array): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, data)
  return path
}

const npy = (shape: number[], values: readonly number[]): Uint8Array =>
  Buffer.concat([npyHeader(shape), new Uint8Array(Float32Array.from(values).buffer)])

const MASK = [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
const size = { width: 10, height: 2 }
const packed = Uint8Array.of(0b10000000, 0b01000000, 0b01000000, 0b10000000)

test.each([
  ['mask.npy', npy([2, 10], MASK)],
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
  ['mask.npy', '1', 'is not a .npy file'],
  ['mask.csv', '1,2\n3\n', 'row 2 has 1 columns, must have 2'],
  ['mask.csv', 'a,b\n1,x\n', 'row 2, column 2 holds "x", must be a number'],
  ['mask.csv', 'a,b\n1,2\n\n1,\n', 'row 4, column 2 is empty, must be a number'],
  ['mask.csv', 'a,b\n', 'contains no rows'],
  ['mask.csv', '', 'contains no rows'],
  ['mask.csv', '1;1;1\n', 'row 1, column 1 holds "1;1;1"; columns must be separated by commas'],
  ['mask.csv', 'a;b\n1;0\n', 'row 2, column 1 holds "1;0"; columns must be separated by commas'],
  ['mask.csv', '1\t0\n', 'row 1, column 1 holds "1\\t0"; columns must be separated by commas'],
  ['mask.csv', '1 0 1\n', 'row 1, column 1 holds "1 0 1"; columns must be separated by commas'],
  ['mask.csv', 'nan,nan\n1,2\n', 'row 1, column 1 holds "nan", must be a finite number of 32 bits'],
  ['mask.csv', '1,2\n1,-inf\n', 'row 2, column 2 holds "-inf", must be a finite number of 32 bits'],
  ['mask.csv', '1e39,0\n', 'row 1, column 1 holds "1e39", must be a finite number of 32 bits'],
  ['mask.csv', '0x10,0\n', 'row 1, column 1 holds "0x10", must be a number'],
  ['mask.csv', Buffer.from('\uFEFF1,0\n', 'utf16le'), 'the text is in UTF-16, must be in UTF-8'],
  ['mask.csv', Buffer.from('1,0\n', 'utf16le'), 'the text is in UTF-16, must be in UTF-8'],
  ['mask.npy', npy([2, 2], [0, 1, Number.NaN, 1]), 'row 2, column 1 holds NaN, must be a finite number of 32 bits'],
  [
    'mask.npy',
    npy([1, 2, 2], [0, 1, 0, -1 / 0]),
    'row 1, column 4 holds -Infinity, must be a finite number of 32 bits',
  ],
  ['mask.npy', npy([0, 4], []), 'contains no numbers, its shape is (0, 4)'],
  ['mask.png', 'P5', 'the picture cannot be read: it is not a PNG file'],
])('%s of %j is told', async (name, data, words) => {
  const path = fileOf(name, data)
  await expect(readArrayFile(path)).rejects.toThrow(new UserError(`${path}: ${words}`))
})

test('a folder, a device and a link to one are refused and not read', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'x.npy'))
  symlinkSync('/dev/zero', join(folder, 'x.csv'))
  symlinkSync('/dev/zero', join(folder, 'x.png'))
  await expect(readArrayFile(join(folder, 'x.npy'))).rejects.toThrow('x.npy: is a folder, must be a file')
  await expect(readArrayFile(join(folder, 'x.csv'))).rejects.toThrow('x.csv: is a device or a pipe, must be a file')
  await expect(readArrayFile(join(folder, 'x.png'))).rejects.toThrow('x.png: is a device or a pipe, must be a file')
})

test('a file of more bytes than an array can have is refused and not read', async () => {
  for (const name of ['x.npy', 'x.csv', 'x.png']) {
    const path = fileOf(name, '')
    truncateSync(path, 2 ** 40) // with a hole in it, so that it takes no room
    await expect(readArrayFile(path)).rejects.toThrow(/has 1099.51 GB, must have at most (4.00 GB|135.2 MB)$/)
  }
})

test('numbers in quotes, old ends of lines and a byte order mark are read', async () => {
  const { shape, values } = await readArrayFile(fileOf('x.csv', '\uFEFF"a,b",c\r"1","-2.5e0"\r\n.5 ,+3.\n'))
  expect({ shape, values: [...values] }).toEqual({ shape: [2, 2], values: [1, -2.5, 0.5, 3] })
})

test.each(['.npy', '.csv', '.png'])(
  'a damaged file %s is read or told in one sentence, whatever is wrong',
  async (ending) => {
    const whole: Readonly<Record<string, Uint8Array>> = {
      '.npy': npy([2, 10], MASK),
      '.csv': Buffer.from('a,b\n1,0.5\n-1e-3,"2"\n'),
      '.png': encode({ ...size, channels: 1, data: Uint8Array.from(MASK, (bit) => 255 * bit) }),
    }
    const path = fileOf(`x${ending}`, '')
    await forDamaged(whole[ending]!, async (bytes) => {
      writeFileSync(path, bytes)
      await expectResultOrSentence(readArrayFile(path), path, ({ shape, values }) =>
        expect(values).toHaveLength(shape.reduce((product, dim) => product * dim, 1)),
      )
    })
  },
)
