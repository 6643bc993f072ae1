/** Arrays as files for other programs: .npy for NumPy, .csv for everything else. Written a few rows at a time. */
import { extname } from 'node:path'
import { openWhole } from '../base/atomic-file.js'
import { npyHeader } from '../base/npy.js'
import { type Shape, sizeOf } from '../base/shape.js'

export type ArrayFormat = 'npy' | 'csv'

export interface ArrayWriter {
  /** Whole rows. */
  append(rows: Float32Array): Promise<void>
  /** The file gets its name when all of it is there. */
  finish(): Promise<void>
  /** Leaves nothing behind, unless it is finished. */
  discard(): Promise<void>
}

/** The format by the name of a file; `undefined` for none of them. */
export function arrayFormatOf(path: string): ArrayFormat | undefined {
  const ending = extname(path).toLowerCase()
  return ending === '.npy' || ending === '.csv' ? (ending.slice(1) as ArrayFormat) : undefined
}

/** Elements that become text at once: a text has at most half a gigabyte. */
const PIECE = 1 << 20

/** `shape`: of all rows together; in a .csv the axes after the first are one line. */
export async function openArrayFile(path: string, shape: Shape): Promise<ArrayWriter> {
  const columns = sizeOf(shape.slice(1))
  const isNpy = arrayFormatOf(path) === 'npy'
  const file = await openWhole(path)
  const piece = columns * Math.max(1, Math.floor(PIECE / columns))
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
      for (let at = 0; at < rows.length; at += piece) {
        await file.append(csvRows(rows.subarray(at, at + piece), columns))
      }
    },
  }
}

/** A whole array at once. */
export async function writeArray(path: string, shape: Shape, values: Float32Array): Promise<void> {
  const file = await openArrayFile(path, shape)
  try {
    await file.append(values)
    await file.finish()
  } finally {
    await file.discard()
  }
}

/** A line a row, without a header; each number reads back as the same float32. */
function csvRows(values: Float32Array, columns: number): string {
  let text = ''
  for (let row = 0; row < values.length; row += columns) {
    text += `${Array.from(values.subarray(row, row + columns), shortest).join(',')}\n`
  }
  return text
}

/** The fewest of 7 to 9 digits that are this float32 again. */
function shortest(value: number): string {
  if (Number.isInteger(value)) return String(value)
  for (let digits = 7; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}
