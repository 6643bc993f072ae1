/** Arrays that a user gives as a file: .npy, .csv, or a picture (.png). */
import { extname } from 'node:path'
import { UserError } from '../base/issue.js'
import { type NumberArray, parseNpy } from '../base/npy.js'
import { readWhole } from '../base/read-file.js'
import { formatShape, sizeOf } from '../base/shape.js'
import { parseCsv } from './csv.js'
import { parsePng } from './png.js'

interface Reader {
  parse(bytes: Uint8Array): NumberArray | { readonly problem: string }
  /** The largest file. */
  readonly most: number
}

/** One array in JavaScript can have so many bytes in every version of Node, and a few more. */
const MOST_NUMBERS = 4e9
/** Of the largest picture that is read, 2^24 pixels of four times 16 bits, and of what stands around them. */
const MOST_PICTURE = 2 ** 24 * 8 + 1e6

const READERS: Readonly<Record<string, Reader>> = {
  '.npy': { parse: parseNpy, most: MOST_NUMBERS },
  '.csv': { parse: parseCsv, most: MOST_NUMBERS },
  '.png': { parse: parsePng, most: MOST_PICTURE },
}

export const ARRAY_ENDINGS: readonly string[] = Object.keys(READERS)

/** Finite numbers, at least one. Throws a UserError that names the file. */
export async function readArrayFile(path: string): Promise<NumberArray> {
  const reader = READERS[extname(path).toLowerCase()]
  if (reader === undefined) throw new UserError(`${path}: must end in one of ${ARRAY_ENDINGS.join(', ')}`)
  const found = reader.parse(await readWhole(path, reader))
  if ('problem' in found) throw new UserError(`${path}: ${found.problem}`)
  if (found.values.length === 0)
    throw new UserError(`${path}: it holds no numbers: its shape is ${formatShape(found.shape)}`)
  const odd = found.values.findIndex((value) => !Number.isFinite(value))
  if (odd >= 0) {
    throw new UserError(
      `${path}: ${placeIn(found, odd)} holds ${found.values[odd]}, must be a finite number of 32 bits`,
    )
  }
  return found
}

/** `row 2, column 5`, counted from 1: of the first axis, and of all others together. */
export function placeIn({ shape }: Pick<NumberArray, 'shape'>, element: number): string {
  const columns = sizeOf(shape.slice(1))
  return `row ${Math.floor(element / columns) + 1}, column ${(element % columns) + 1}`
}
