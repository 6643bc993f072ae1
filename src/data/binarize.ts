/** Turns values between 0 and 1 into 0 or 1. */
import type { BINARIZATIONS } from '../spec/data.js'
import { type Draws, drawBinary, ONCE } from './binary-draws.js'
import type { DataInfo, Dataset, Samples, ValueKind } from './dataset.js'

export type Binarization = keyof typeof BINARIZATIONS

interface Rule {
  /** The kind of values afterwards. */
  readonly values: ValueKind
  /** True if the result is stored as bytes 0 and 1; else values stay as they are stored. */
  readonly bytes: boolean
  /** `draws` separates the draws of these samples from others. */
  samples(samples: Samples, draws: Draws): Samples
}

const RULES: { readonly [Name in Binarization]: Rule } = {
  threshold: {
    values: 'binary',
    bytes: true,
    samples: (samples, { one }) => ({ ...samples, x: Uint8Array.from(samples.x, (value) => +(2 * value >= one)) }),
  },
  sample: {
    values: 'binary',
    bytes: true,
    samples(samples, draws) {
      const x = new Uint8Array(samples.x.length)
      drawBinary(samples.x, draws, { epoch: ONCE, from: 0, count: x.length, as: 1 }, x, 0)
      return { ...samples, x }
    },
  },
  sample_each_epoch: { values: 'binary', bytes: false, samples: (samples, draws) => ({ ...samples, draws }) },
  probability: { values: 'probability', bytes: false, samples: (samples) => samples },
}

export function binarizedInfo(info: DataInfo, how: Binarization): DataInfo {
  const { values, bytes } = RULES[how]
  return { ...info, values, divisor: bytes ? 1 : info.divisor }
}

export function binarized({ info, train, test }: Dataset, how: Binarization, seed: number): Dataset {
  const of = (samples: Samples, stream: number) =>
    RULES[how].samples(samples, { seed, stream, one: info.divisor, first: 0 })
  return { info: binarizedInfo(info, how), train: of(train, 0), test: of(test, 1) }
}
