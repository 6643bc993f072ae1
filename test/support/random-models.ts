/** Data and first weights of the models in random_models.json, as in test/fixtures/keras/make_random_models.py. */
import { type Shape, sizeOf } from '../../src/base/shape.js'
import type { Data } from '../../src/data/data.js'
import { formOf, splitLast, tableOf } from './data.js'
import { evenly, hashes } from './hashed.js'
import { initialWeight, kerasFixture, type RandomModel } from './keras.js'

export const randomModels = kerasFixture('random_models')
const { samples, classes } = randomModels

/** The samples and classes of a model; the last rows are for validation. */
export function dataOf({ kind, shape, below }: RandomModel['data'], validationSplit: number): Data {
  const count = samples * sizeOf(shape)
  const lengths = hashes('lengths', samples).map((hash) => 1 + (hash % shape[0]!))
  const isPadding = (index: number) => {
    const step = Math.floor(index / sizeOf(shape.slice(1))) % shape[0]!
    return step >= lengths[Math.floor(index / sizeOf(shape))]!
  }
  const values = {
    whole: () => hashes('x', count).map((hash) => hash % below!),
    bytes: () => hashes('x', count).map((hash) => hash >>> 24),
    real: () => evenly('x', count).map((value) => 2 * value),
    padded: () => evenly('x', count).map((value, index) => (isPadding(index) ? 0 : 2 * value)),
  }[kind]()
  const x = kind === 'bytes' ? Uint8Array.from(values) : Float32Array.from(values)
  const field = kind === 'bytes' ? ({ dtype: 'uint8', divisor: 255 } as const) : {}
  const form = formOf({ shape, classes, ...field, rows: { train: samples, test: samples } })
  const table = tableOf(
    form,
    x,
    Int32Array.from(hashes('y', samples), (hash) => hash % classes),
  )
  return { form, ...splitLast(table, validationSplit), test: table }
}

/** The first values of a weight. */
export function firstValue(name: string, shape: Shape): Float32Array {
  const values = evenly(name, sizeOf(shape))
  const own = name.split('/').at(-1)!
  if (['gamma', 'scale', 'moving_variance'].includes(own)) return Float32Array.from(values, (value) => 1 + 0.3 * value)
  if (shape.length < 2) return Float32Array.from(values, (value) => 0.3 * value)
  return initialWeight(name, shape)
}
