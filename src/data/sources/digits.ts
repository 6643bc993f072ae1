/**
 * Handwritten digits of 8 x 8 pixels from 0 to 16: the test set of "Optical Recognition of Handwritten Digits" by E.
 * Alpaydin and C. Kaynak (UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0), the same
 * as scikit-learn's `load_digits`.
 */
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { classField } from '../../base/field.js'
import { PURPOSE, permutation } from '../../base/philox.js'
import type { Loaded, Samples, SetForm } from './set.js'

const COUNT = 1797
const EDGE = 8
const PIXELS = EDGE * EDGE
const TRAIN_SHARE = 0.8

export interface DigitsOptions {
  /**
   * Adds each digit moved by one pixel in four directions, like `nudge_dataset` in scikit-learn's example of an RBM.
   */
  readonly shifted: boolean
}

/** Rows and columns by which a digit is moved, in the order of that example. */
const MOVES = [
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, 0],
] as const

export function digitsForm({ shifted }: DigitsOptions): SetForm {
  const count = shifted ? COUNT * (1 + MOVES.length) : COUNT
  const train = Math.floor(count * TRAIN_SHARE)
  return {
    x: { shape: [EDGE, EDGE], dtype: 'float32', divisor: 1, values: 'grey' },
    y: classField(10),
    train,
    test: count - train,
  }
}

/** Loads the digits, shuffled in an order that is always the same. */
export async function loadDigits(options: DigitsOptions): Promise<Loaded> {
  const { train, test } = digitsForm(options)
  // pictures, then labels
  const stored = await promisify(gunzip)(await readFile(new URL('digits.gz', import.meta.url)))
  const pictures = stored.subarray(0, COUNT * PIXELS)
  const labels = stored.subarray(COUNT * PIXELS)
  const moves = options.shifted ? MOVES : []
  const all = scaled([pictures, ...moves.map(([rows, columns]) => moved(pictures, rows, columns))])
  const order = permutation({ seed: 0, purpose: PURPOSE.sample, stream: 0, step: 0 }, all.length / PIXELS)
  const take = (from: number, count: number): Samples => {
    const x = new Float32Array(count * PIXELS)
    const y = new Int32Array(count)
    for (let row = 0; row < count; row++) {
      const index = order[from + row]!
      x.set(all.subarray(index * PIXELS, (index + 1) * PIXELS), row * PIXELS)
      y[row] = labels[index % COUNT]!
    }
    return { count, x, y }
  }
  return { train: take(0, train), test: take(train, test) }
}

/** Moves each picture. Pixels that leave it are lost. */
function moved(pictures: Uint8Array, rows: number, columns: number): Uint8Array {
  const isInside = (place: number) => place >= 0 && place < EDGE
  return Uint8Array.from(pictures, (_, index) => {
    const row = (Math.floor(index / EDGE) % EDGE) - rows
    const column = (index % EDGE) - columns
    return isInside(row) && isInside(column) ? pictures[index - rows * EDGE - columns]! : 0
  })
}

/**
 * Divides each pixel by the largest value at its position, like `minmax_scale` of scikit-learn: the least is always 0.
 */
function scaled(parts: readonly Uint8Array[]): Float32Array {
  const greatest = new Uint8Array(PIXELS)
  for (const part of parts) {
    for (const [index, value] of part.entries()) {
      greatest[index % PIXELS] = Math.max(greatest[index % PIXELS]!, value)
    }
  }
  const values = new Float32Array(parts.length * COUNT * PIXELS)
  for (const [number, part] of parts.entries()) {
    const from = number * COUNT * PIXELS
    for (const [index, value] of part.entries()) values[from + index] = value / (greatest[index % PIXELS]! || 1)
  }
  return values
}
