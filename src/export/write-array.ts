/** Writes arrays to files for other programs, a few rows at a time: .npy for NumPy, .csv for everything else. */
import { extname } from 'node:path'
import { openWhole } from '../base/atomic-file.js'
import { npyHeader } from '../base/npy.js'
import { type Shape, sizeOf } from '../base/shape.js'
import { shortestComputed } from '../base/shortest.js'

export type ArrayFormat = 'npy' | 'csv'

export interface ArrayWriter {
  /** Appends whole rows. */
  append(rows: Float32Array): Promise<void>
  /** Completes the file. Only then does it get its name. */
  finish(): Promise<void>
  /** Removes the file, unless it is finished. */
  discard(): Promise<void>
}

/** Returns the format by the extension of a file; undefined for any other extension. */
export function arrayFormatOf(path: string): ArrayFormat | undefined {
  const ending = extname(path).toLowerCase()
  return ending === '.npy' || ending === '.csv' ? (ending.slice(1) as ArrayFormat) : undefined
}

/** Elements that are turned into text at once: a string can have at most half a gigabyte. */
const PIECE = 1 << 20

/** Opens a file for an array. `shape` is that of the whole array; in a .csv, all axes after the first make one line. */
export async function openArrayFile(path: string, shape: Shape): Promise<ArrayWriter> {
  const columns = sizeOf(shape.slice(1))
  const isNpy = arrayFormatOf(path) === 'npy'
  const file = await openWhole(path)
  try {
    if (isNpy) await file.append(npyHeader(shape))
  } catch (error) {
    await file.discard()
    throw error
  }
  return {
    ...file,
    async append(rows) {
      if (isNpy) return file.append(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength))
      for (const text of csvPieces(rows, columns)) await file.append(text)
    },
  }
}

/** Writes a whole array. */
export async function writeArray(path: string, shape: Shape, values: Float32Array): Promise<void> {
  const file = await openArrayFile(path, shape)
  try {
    await file.append(values)
    await file.finish()
  } finally {
    await file.discard()
  }
}

/** The lines of an array as in a .csv file, some at a time. `columns` is the number of elements of a line. */
export function* csvPieces(values: Float32Array, columns: number): Iterable<string> {
  const piece = columns * Math.max(1, Math.floor(PIECE / columns))
  for (let at = 0; at < values.length; at += piece) yield csvRows(values.subarray(at, at + piece), columns)
}

/** Returns one line per row, without a header. Each number reads back as the same float32. */
function csvRows(values: Float32Array, columns: number): string {
  let text = ''
  for (let row = 0; row < values.length; row += columns) {
    text += `${Array.from(values.subarray(row, row + columns), shortestComputed).join(',')}\n`
  }
  return text
}
