/** Turns values between 0 and 1 into 0 or 1. */
import type { Field, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import type { BINARIZATIONS } from '../../spec/binarizations.js'
import { type Draws, drawBinary, ONCE } from './binary-draws.js'
import type { Step } from './step.js'

export type Binarization = keyof typeof BINARIZATIONS

/** A step for each way. `seed` is for values that are drawn at random. */
export const BINARIZE: { readonly [Name in Binarization]: (seed: number) => Step<null> } = {
  threshold: () => ({
    column: (given: Field) => ({ ...given, dtype: 'uint8', divisor: 1, values: 'binary' }),
    apply(values: Numbers, { divisor }: Field) {
      const ones = new Uint8Array(values.length)
      for (let at = 0; at < ones.length; at++) ones[at] = +(2 * values[at]! >= divisor)
      return ones
    },
  }),
  sample: (seed) => ({
    drawsByRow: true,
    column: (given: Field) => ({ ...given, dtype: 'uint8', divisor: 1, values: 'binary' }),
    apply(values: Numbers, { divisor, shape }: Field, _learnt, { source, chain, row }) {
      const drawn = new Uint8Array(values.length)
      const draws: Draws = { seed, stream: source, chain, one: divisor, first: row * sizeOf(shape) }
      drawBinary(values, draws, { epoch: ONCE, from: 0, count: values.length, as: 1 }, drawn, 0)
      return drawn
    },
  }),
  sample_each_epoch: (seed) => ({
    column: (given: Field) => ({ ...given, values: 'binary' }),
    apply: (values) => values,
    anew:
      ({ divisor }, { source, chain }) =>
      (stored, from, count, { first, epoch }, into, to) =>
        drawBinary(
          stored,
          { seed, stream: source, chain, one: divisor, first: first - from },
          { epoch, from, count, as: divisor },
          into,
          to,
        ),
  }),
  probability: () => ({ column: (given: Field) => ({ ...given, values: 'probability' }), apply: (values) => values }),
}
