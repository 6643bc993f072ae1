/**
 * The elements of a sample that inpainting fills in, given by a word, or by a file with 1 for these and 0 elsewhere.
 */
import { extname } from 'node:path'
import { UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { formatShape, type Shape, sizeOf } from '../base/shape.js'
import { ARRAY_ENDINGS, placeIn, readArrayFile } from './read-array.js'

type Place = { readonly row: number; readonly column: number; readonly rows: number; readonly columns: number }

/** Halves of a sample that has rows and columns. */
const HALVES: Readonly<Record<string, (place: Place) => boolean>> = {
  left: ({ column, columns }) => 2 * column < columns,
  right: ({ column, columns }) => 2 * column >= columns,
  top: ({ row, rows }) => 2 * row < rows,
  bottom: ({ row, rows }) => 2 * row >= rows,
}

/** Returns 1 for each element of a sample that is to be filled in, else 0. Throws a UserError if it is none or all. */
export async function maskOf(text: string, sampleShape: Shape): Promise<Float32Array> {
  const mask = Object.hasOwn(HALVES, text) ? half(text, sampleShape) : await fileMask(text, sampleShape)
  const count = mask.reduce((sum, value) => sum + value, 0)
  if (count === 0 || count === mask.length) {
    throw new UserError(`${text}: fills in ${count === 0 ? 'none' : 'all'} of the ${mask.length} elements of a sample`)
  }
  return mask
}

function half(word: string, sampleShape: Shape): Float32Array {
  const [rows, columns, ...more] = sampleShape
  if (columns === undefined) {
    throw new UserError(`"${word}" needs samples with rows and columns; these have shape ${formatShape(sampleShape)}`)
  }
  const depth = sizeOf(more)
  const isIn = HALVES[word]!
  return Float32Array.from({ length: sizeOf(sampleShape) }, (_, at) => {
    const pixel = Math.floor(at / depth)
    return isIn({ row: Math.floor(pixel / columns), column: pixel % columns, rows: rows!, columns }) ? 1 : 0
  })
}

async function fileMask(path: string, sampleShape: Shape): Promise<Float32Array> {
  if (extname(path) === '') {
    const words = Object.keys(HALVES)
    const near = nearest(path, words)
    const hint = near === undefined ? '' : `; did you mean "${near}"?`
    throw new UserError(`found "${path}", must be ${words.join(', ')}, or a file ${ARRAY_ENDINGS.join(', ')}${hint}`)
  }
  const given = await readArrayFile(path)
  const { shape, values } = given
  const size = sizeOf(sampleShape)
  if (values.length !== size) {
    throw new UserError(
      `${path}: has ${values.length} elements, ${formatShape(shape)}, must have ${size}, the same as a sample, ${formatShape(sampleShape)}`,
    )
  }
  const odd = values.findIndex((value) => value !== 0 && value !== 1)
  if (odd >= 0) {
    throw new UserError(`${path}: ${placeIn(given, odd)} holds ${values[odd]}, must hold only 0 and 1`)
  }
  return values
}
