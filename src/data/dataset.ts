/** Data as the rest of the program sees it: a description, and batches of named typed arrays. */
import { PURPOSE, permutation } from '../base/philox.js'
import { type Shape, sizeOf } from '../base/shape.js'
import { type Draws, drawBinary, ONCE } from './binary-draws.js'

/** The description of a data set, which is known before any of it is read. */
export interface DataInfo {
  readonly name: string
  /** Shape of one sample, without the batch: `[28, 28]`, or `[784]` when flattened. */
  readonly sampleShape: Shape
  /** The values of a sample are `stored / divisor`. */
  readonly divisor: number
  readonly values: ValueKind
  /** Number of classes of the labels. */
  readonly classes: number
  readonly trainSamples: number
  readonly testSamples: number
}

/**
 * The kind of values. `binary`: 0 and 1. `probability`: between 0 and 1, meant as the probability of a 1. `grey`:
 * between 0 and 1. `real`: any.
 */
export type ValueKind = 'binary' | 'probability' | 'grey' | 'real'

/** Samples in one array: their values, stored as bytes if they are bytes, and a class index per sample. */
export interface Samples {
  readonly count: number
  readonly x: Uint8Array | Float32Array
  readonly y: Uint8Array
  /** Set if values are probabilities of a 1, and each pass over the data draws 0 or 1 anew. */
  readonly draws?: Draws
}

export interface Dataset {
  readonly info: DataInfo
  readonly train: Samples
  readonly test: Samples
}

/** How samples are cut into batches, and in which order. */
export interface BatchOptions {
  readonly batchSize: number
  /** Without it, samples come as they are stored. */
  readonly shuffle?: { readonly seed: number; readonly epoch: number }
  /** The epoch, from 1, for which values are drawn that are drawn anew each epoch. Without it, they are drawn once. */
  readonly epoch?: number
}

/** The samples of one batch. The arrays are reused for the batch after the next. */
export interface SampleBatch {
  readonly size: number
  readonly arrays: { readonly x: Uint8Array | Float32Array; readonly y: Int32Array }
}

/**
 * Cuts the last fraction off, before any shuffling: Keras' `validation_split`
 * (keras/src/trainers/data_adapters/array_data_adapter.py, `train_validation_split`). `compared` has as many of the
 * first training samples as there are validation samples, or all of them if there are fewer.
 */
export function splitSamples(
  samples: Samples,
  fraction: number,
): { train: Samples; validation: Samples; compared: Samples } {
  const { count } = samples
  const cut = trainCount(count, fraction)
  return {
    train: slice(samples, 0, cut),
    validation: slice(samples, cut, count),
    compared: slice(samples, 0, Math.min(cut, count - cut)),
  }
}

/** Returns how many of `count` samples `validation_split` leaves for training. */
export const trainCount = (count: number, fraction: number): number => Math.floor(count * (1 - fraction))

function slice({ count, x, y, draws }: Samples, from: number, to: number): Samples {
  const width = x.length / count
  return {
    count: to - from,
    x: x.subarray(from * width, to * width),
    y: y.subarray(from, to),
    ...(draws && { draws: { ...draws, first: draws.first + from * width } }),
  }
}

/** Yields the batches of one pass; the last one may be shorter. */
export async function* batches(samples: Samples, options: BatchOptions): AsyncGenerator<SampleBatch> {
  const { count, x, y, draws } = samples
  const width = x.length / count
  const order = options.shuffle && permutation({ ...shuffleKey(options.shuffle) }, count)
  const twice = [0, 1].map(() => [emptyLike(x, options.batchSize * width), new Int32Array(options.batchSize)] as const)
  for (let start = 0, turn = 0; start < count; start += options.batchSize, turn = 1 - turn) {
    const [xBatch, yBatch] = twice[turn]!
    const size = Math.min(options.batchSize, count - start)
    for (let row = 0; row < size; row++) {
      const index = order ? order[start + row]! : start + row
      const from = index * width
      if (draws)
        drawBinary(x, draws, { epoch: options.epoch ?? ONCE, from, count: width, as: draws.one }, xBatch, row * width)
      else xBatch.set(x.subarray(from, from + width), row * width)
      yBatch[row] = y[index]!
    }
    yield { size, arrays: { x: xBatch.subarray(0, size * width), y: yBatch.subarray(0, size) } }
  }
}

/** Values of the first samples, a row each. */
export async function firstRows(samples: Samples, count: number, divisor: number): Promise<Float32Array> {
  for await (const { arrays } of batches(samples, { batchSize: count })) {
    return Float32Array.from(arrays.x, (value) => value / divisor)
  }
  return new Float32Array(0)
}

/** A new array of the same type. */
const emptyLike = (values: Samples['x'], length: number): Samples['x'] =>
  values instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length)

const shuffleKey = ({ seed, epoch }: { seed: number; epoch: number }) => ({
  seed,
  purpose: PURPOSE.shuffle,
  stream: 0,
  step: epoch,
})

/** Returns the mean over samples of each element as it is stored, or of a function of it. */
export function elementMeans(
  { count, x }: Samples,
  of: (stored: number, element: number) => number = (stored) => stored,
): Float64Array {
  const sums = new Float64Array(x.length / count)
  for (let row = 0, at = 0; row < count; row++) {
    for (let element = 0; element < sums.length; element++, at++) sums[element]! += of(x[at]!, element)
  }
  return sums.map((sum) => sum / count)
}

/** The least and the largest value of all samples. */
export function rangeOf({ info, train, test }: Dataset): { readonly least: number; readonly largest: number } {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { x } of [train, test]) {
    for (const stored of x) {
      if (stored < least) least = stored
      if (stored > largest) largest = stored
    }
  }
  return { least: least / info.divisor, largest: largest / info.divisor }
}

/** Describes the same data set with each sample as a vector. */
export const flattened = (info: DataInfo): DataInfo => ({ ...info, sampleShape: [sizeOf(info.sampleShape)] })
