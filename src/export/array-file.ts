/** Arrays as files for other programs: .npy for NumPy, .csv for everything else. Written a few rows at a time. */
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { extname } from 'node:path'
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

/** `shape`: of all rows together; in a .csv the axes after the first are one line. */
export async function openArrayFile(path: string, shape: Shape): Promise<ArrayWriter> {
  const columns = sizeOf(shape.slice(1))
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(temporary, 'wx')
  const isNpy = arrayFormatOf(path) === 'npy'
  if (isNpy) await file.appendFile(npyHeader(shape))
  let isOpen = true
  return {
    async append(rows) {
      await file.appendFile(
        isNpy ? new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength) : csvRows(rows, columns),
      )
    },
    async finish() {
      await file.sync()
      await file.close()
      isOpen = false
      await rename(temporary, path)
    },
    async discard() {
      if (!isOpen) return
      await file.close()
      await rm(temporary, { force: true })
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
export function csvRows(values: Float32Array, columns: number): string {
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
