/** Reads arrays from the user's files: .npy, .csv, or a picture (.png). */
import { extname } from 'node:path'
import { UserError } from '../base/issue.js'
import { readWhole } from '../base/read-file.js'
import { formatShape, sizeOf } from '../base/shape.js'
import { readNpy } from './arrays/whole-npy.js'
import { parseCsv } from './csv.js'
import type { NumberArray } from './number-array.js'
import { parsePng } from './png.js'

interface Reader {
  /** Throws a UserError that names the file, also if it has more than `most` bytes. */
  read(path: string, most: number): Promise<NumberArray>
  /** Size of the largest file that is read, in bytes. */
  readonly most: number
}

/** An array in JavaScript can have this many bytes, and a few more, in every version of Node. */
const MOST_NUMBERS = 4e9
/** The largest picture that is read: 2^24 pixels of four times 16 bits, and its other parts. */
const MOST_PICTURE = 2 ** 24 * 8 + 1e6

const READERS: Readonly<Record<string, Reader>> = {
  '.npy': { read: readNpy, most: MOST_NUMBERS },
  '.csv': { read: parsed(parseCsv), most: MOST_NUMBERS },
  '.png': { read: parsed(parsePng), most: MOST_PICTURE },
}

export const ARRAY_ENDINGS: readonly string[] = Object.keys(READERS)

/** Reads finite numbers, at least one. Throws a UserError that names the file. */
export async function readArrayFile(path: string): Promise<NumberArray> {
  const reader = READERS[extname(path).toLowerCase()]
  if (reader === undefined) throw new UserError(`${path}: must end in one of ${ARRAY_ENDINGS.join(', ')}`)
  const found = await reader.read(path, reader.most)
  if (found.values.length === 0)
    throw new UserError(`${path}: contains no numbers, its shape is ${formatShape(found.shape)}`)
  const odd = found.values.findIndex((value) => !Number.isFinite(value))
  if (odd >= 0) {
    throw new UserError(
      `${path}: ${placeIn(found, odd)} holds ${found.values[odd]}, must be a finite number of 32 bits`,
    )
  }
  return found
}

/** Reads a file whole, and parses its bytes. */
function parsed(parse: (bytes: Uint8Array) => NumberArray | { readonly problem: string }): Reader['read'] {
  return async (path, most) => {
    const found = parse(await readWhole(path, { most }))
    if ('problem' in found) throw new UserError(`${path}: ${found.problem}`)
    return found
  }
}

/** `row 2, column 5`, counted from 1. A row is an index of the first axis; columns run over all other axes. */
export function placeIn({ shape }: Pick<NumberArray, 'shape'>, element: number): string {
  const columns = sizeOf(shape.slice(1))
  return `row ${Math.floor(element / columns) + 1}, column ${(element % columns) + 1}`
}
