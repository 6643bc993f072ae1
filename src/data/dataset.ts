/** Data as the rest of the program sees it: what it looks like, and batches of named typed arrays. */
import { PURPOSE, permutation } from '../base/philox.js'
import { type Shape, sizeOf } from '../base/shape.js'

/** What a data set looks like; known before any of it is read. */
export interface DataInfo {
  readonly name: string
  /** Shape of one sample, without the batch: `[28, 28]`, or `[784]` when flattened. */
  readonly sampleShape: Shape
  /** Values of a sample are `stored / divisor`. */
  readonly divisor: number
  /** Number of classes of the labels. */
  readonly classes: number
  readonly trainSamples: number
  readonly testSamples: number
}

/** Samples side by side: pixels as bytes, one class index each. */
export interface Samples {
  readonly count: number
  readonly x: Uint8Array
  readonly y: Uint8Array
}

export interface Dataset {
  readonly info: DataInfo
  readonly train: Samples
  readonly test: Samples
}

/** One pass over some samples. */
export interface Pass {
  readonly batchSize: number
  /** Without it, samples come as they are stored. */
  readonly shuffle?: { readonly seed: number; readonly epoch: number }
}

/** Samples of one batch; the arrays are used again for the one after the next. */
export interface SampleBatch {
  readonly size: number
  readonly arrays: { readonly x: Uint8Array; readonly y: Int32Array }
}

/**
 * Cuts the last fraction off, before any shuffling: Keras' `validation_split`
 * (keras/src/trainers/data_adapters/array_data_adapter.py, `train_validation_split`).
 */
export function splitSamples(samples: Samples, fraction: number): { train: Samples; validation: Samples } {
  const cut = trainCount(samples.count, fraction)
  return { train: slice(samples, 0, cut), validation: slice(samples, cut, samples.count) }
}

/** How many of `count` samples `validation_split` leaves for training. */
export const trainCount = (count: number, fraction: number): number => Math.floor(count * (1 - fraction))

function slice({ count, x, y }: Samples, from: number, to: number): Samples {
  const width = x.length / count
  return { count: to - from, x: x.subarray(from * width, to * width), y: y.subarray(from, to) }
}

/** The batches of one pass, in order; the last one may be short. */
export async function* batches(samples: Samples, pass: Pass): AsyncGenerator<SampleBatch> {
  const { count, x, y } = samples
  const width = x.length / count
  const order = pass.shuffle && permutation({ ...shuffleKey(pass.shuffle) }, count)
  const twice = [0, 1].map(() => [new Uint8Array(pass.batchSize * width), new Int32Array(pass.batchSize)] as const)
  for (let start = 0, turn = 0; start < count; start += pass.batchSize, turn = 1 - turn) {
    const [xBatch, yBatch] = twice[turn]!
    const size = Math.min(pass.batchSize, count - start)
    for (let row = 0; row < size; row++) {
      const index = order ? order[start + row]! : start + row
      xBatch.set(x.subarray(index * width, (index + 1) * width), row * width)
      yBatch[row] = y[index]!
    }
    yield { size, arrays: { x: xBatch.subarray(0, size * width), y: yBatch.subarray(0, size) } }
  }
}

const shuffleKey = ({ seed, epoch }: { seed: number; epoch: number }) => ({
  seed,
  purpose: PURPOSE.shuffle,
  stream: 0,
  step: epoch,
})

/** The same data set with each sample as one row. */
export const flattened = (info: DataInfo): DataInfo => ({ ...info, sampleShape: [sizeOf(info.sampleShape)] })
