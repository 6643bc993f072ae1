/**
 * Finds the numbers of rows that a step may have. Libraries compute products of few rows in another order, so that a row
 * can differ in its last bits. A size is used only if rows have the same bits in it as in a whole batch.
 */
import { ARRAYS, type Field, type Named, type Numbers } from '../base/field.js'
import { PURPOSE, uniforms } from '../base/philox.js'
import { sizeOf } from '../base/shape.js'
import type { AnswerValues } from '../run/answers.js'
import type { Predictor } from '../run/predictor.js'

/** Sizes that are tried, besides the whole batch. */
const SIZES = [1, 2, 4, 16, 64]

/** Numbers of answers that are compared at least, unless that takes more rows than `MOST_ROWS`. */
const LEAST_NUMBERS = 1024
const MOST_ROWS = 256

export interface BatchSizes {
  /** In rising order. */
  readonly sizes: readonly number[]
  /** True if rows have the bits that they have in a whole batch, which `train predict` computes. */
  readonly areExact: boolean
}

/**
 * Tries sizes on random rows. If none but the whole batch gives its bits, but smaller ones give the same bits as one
 * another, these are taken, because a whole batch for each row would take long.
 */
export async function batchSizes(predictor: Predictor, fields: Named<Field>): Promise<BatchSizes> {
  const { answers, batchSize } = predictor
  const numbers = answers.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const rows = Math.max(batchSize, Math.min(MOST_ROWS, Math.ceil(LEAST_NUMBERS / numbers)))
  const arrays = randomRows(fields, rows)
  const sizes = SIZES.filter((size) => size < batchSize)
  const found = new Map<number, AnswerValues>()
  for (const size of [...sizes, batchSize]) found.set(size, await predictor.predict(arrays, rows, [size]))
  const like = (size: number) => [...found.keys()].filter((one) => areSame(found.get(one)!, found.get(size)!))
  const exact = like(batchSize)
  if (exact.length > 1) return { sizes: exact, areExact: true }
  const others = like(sizes.at(-1)!)
  return others.length > 1 ? { sizes: others, areExact: false } : { sizes: exact, areExact: true }
}

/** Whole numbers are kept small, because a layer may take them for places of a table. */
function randomRows(fields: Named<Field>, rows: number): Named<Numbers> {
  const each = Object.entries(fields).map(([key, field], stream): [string, Numbers] => {
    const drawn = uniforms({ seed: 1, purpose: PURPOSE.sample, stream, step: 0 }, rows * sizeOf(field.shape))
    return [key, new ARRAYS[field.dtype](drawn.map(valueFor(field)))]
  })
  return Object.fromEntries(each)
}

function valueFor({ dtype, values, classes = 2 }: Field): (uniform: number) => number {
  if (dtype === 'float32' && values !== 'class' && values !== 'binary') return (uniform) => 2 * uniform - 1
  const most = dtype === 'uint8' && values !== 'class' && values !== 'binary' ? 256 : classes
  return (uniform) => Math.floor(most * uniform)
}

const areSame = (a: AnswerValues, b: AnswerValues): boolean =>
  Object.keys(a).every((name) => Buffer.compare(bytesOf(a[name]!), bytesOf(b[name]!)) === 0)

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)
