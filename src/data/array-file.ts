/** Arrays that a user gives as a file: .npy, .csv, or a picture (.png). */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { type DecodedPng, decode } from 'fast-png'
import { UserError } from '../base/issue.js'
import { type NumberArray, parseNpy } from '../base/npy.js'
import { reasonOf } from '../base/reason.js'

type Reading = NumberArray | { readonly problem: string }

const READERS: Readonly<Record<string, (bytes: Uint8Array) => Reading>> = {
  '.npy': parseNpy,
  '.csv': (bytes) => parseCsv(Buffer.from(bytes).toString('utf8')),
  '.png': parsePng,
}

export const ARRAY_ENDINGS: readonly string[] = Object.keys(READERS)

/** Throws a UserError that names the file. */
export async function readArrayFile(path: string): Promise<NumberArray> {
  const reader = READERS[extname(path).toLowerCase()]
  if (reader === undefined) throw new UserError(`${path}: must end in one of ${ARRAY_ENDINGS.join(', ')}`)
  const found = reader(await readFile(path))
  if ('problem' in found) throw new UserError(`${path}: ${found.problem}`)
  return found
}

/** Rows of numbers with commas between them; a first row of words is passed over. */
export function parseCsv(text: string): Reading {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const rows = lines.map((line) => line.split(',').map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell))))
  const hasHeader = rows.length > 0 && rows[0]!.every(Number.isNaN)
  const numbers = hasHeader ? rows.slice(1) : rows
  if (numbers.length === 0) return { problem: 'it has no rows' }
  const columns = numbers[0]!.length
  for (const [index, row] of numbers.entries()) {
    const line = index + (hasHeader ? 2 : 1)
    if (row.length !== columns) return { problem: `row ${line} has ${row.length} columns, must have ${columns}` }
    if (row.some(Number.isNaN)) return { problem: `row ${line} holds something that is no number` }
  }
  return { shape: [numbers.length, columns], values: Float32Array.from(numbers.flat()) }
}

/** Brightness from 0 to 1; of a colour, the mean of red, green and blue. */
function parsePng(bytes: Uint8Array): Reading {
  try {
    const picture = decode(bytes)
    const { width, height, channels, depth, palette } = picture
    const numbers = unpacked(picture)
    const colors = channels < 3 ? 1 : 3
    const brightness = (pixel: number) =>
      palette
        ? mean(palette[numbers[pixel]!]!.slice(0, 3)) / 255
        : mean(numbers.subarray(pixel * channels, pixel * channels + colors)) / (2 ** depth - 1)
    return { shape: [height, width], values: Float32Array.from({ length: width * height }, (_, at) => brightness(at)) }
  } catch (error) {
    return { problem: `it is no picture that can be read: ${reasonOf(error)}` }
  }
}

/** One number an element: pixels of fewer than eight bits lie several in a byte, the first one on top; each row begins a byte. */
function unpacked({ width, height, depth, data }: DecodedPng): DecodedPng['data'] {
  if (depth >= 8) return data
  const rowBytes = Math.ceil((width * depth) / 8)
  return Uint8Array.from({ length: width * height }, (_, at) => {
    const bit = (at % width) * depth
    const byte = data[Math.floor(at / width) * rowBytes + (bit >> 3)]!
    return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
  })
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
