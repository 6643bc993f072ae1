/**
 * Coefficients of splines through the values of a picture (Unser, Aldroubi and Eden, "Fast B-spline transforms for
 * continuous image representation and interpolation", 1991).
 */
import type { Extension } from './boundary.js'

/** Poles of the filter for each order of the spline. Values of a spline of order 0 or 1 are its coefficients. */
const POLES: readonly (readonly number[])[] = [
  [],
  [],
  [Math.sqrt(8) - 3],
  [Math.sqrt(3) - 2],
  [1, -1].map((sign) => Math.sqrt(664 - sign * Math.sqrt(438976)) + sign * Math.sqrt(304) - 19),
  [1, -1].map((sign) => Math.sqrt(67.5 - sign * Math.sqrt(4436.25)) + sign * Math.sqrt(26.25) - 6.5),
]

/** The values of a picture, or the coefficients of a spline through them, in row-major order. */
export interface Coefficients {
  readonly height: number
  readonly width: number
  readonly values: Float64Array
}

/** Turns values of several channels into coefficients, in place. */
export function filterSpline(
  { height, width, values }: Coefficients,
  channels: number,
  order: number,
  extension: Extension,
): void {
  for (let x = 0; x < width; x++) {
    for (let channel = 0; channel < channels; channel++) {
      filterLine(values, { from: x * channels + channel, stride: width * channels, count: height }, order, extension)
    }
  }
  for (let y = 0; y < height; y++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = y * width * channels + channel
      filterLine(values, { from, stride: channels, count: width }, order, extension)
    }
  }
}

interface Line {
  readonly from: number
  readonly stride: number
  readonly count: number
}

/** Each pole is a recursion forwards, and one backwards; both begin with the exact value for the endless line. */
function filterLine(values: Float64Array, { from, stride, count }: Line, order: number, extension: Extension): void {
  if (count === 1) return
  const poles = POLES[order]!
  const last = from + (count - 1) * stride
  const gain = poles.reduce((product, pole) => product * (1 - pole) * (1 - 1 / pole), 1)
  for (let at = from; at <= last; at += stride) values[at]! *= gain
  for (const pole of poles) {
    values[from] = firstForwards(values, { from, stride, count }, pole, extension)
    for (let at = from + stride; at <= last; at += stride) values[at]! += pole * values[at - stride]!
    values[last] = firstBackwards(values, { from, stride, count }, pole, extension)
    for (let at = last - stride; at >= from; at -= stride) values[at] = pole * (values[at + stride]! - values[at]!)
  }
}

/** The sum of pole^k times the value k steps before the line's first one, of which those of a period repeat. */
function firstForwards(
  values: Float64Array,
  { from, stride, count }: Line,
  pole: number,
  extension: Extension,
): number {
  const at = (index: number) => values[from + index * stride]!
  let [sum, power] = [at(0), pole]
  switch (extension) {
    case 'mirror':
      for (let index = 1; index < count; index++, power *= pole) sum += power * at(index)
      for (let index = count - 2; index > 0; index--, power *= pole) sum += power * at(index)
      return sum / (1 - power)
    case 'wrap':
      for (let index = count - 1; index > 0; index--, power *= pole) sum += power * at(index)
      return sum / (1 - power)
    case 'reflect': {
      const around = pole ** count
      sum += around * at(count - 1)
      for (let index = 1; index < count; index++, power *= pole) {
        // scipy overwrites the first value with the sum, and so adds the sum in the end
        const opposite = index === count - 1 ? sum : at(count - 1 - index)
        sum += power * (at(index) + around * opposite)
      }
      return at(0) + (pole * sum) / (1 - around * around)
    }
  }
}

function firstBackwards(values: Float64Array, { from, stride, count }: Line, pole: number, extension: Extension) {
  const last = from + (count - 1) * stride
  switch (extension) {
    case 'mirror':
      return (pole / (pole * pole - 1)) * (values[last]! + pole * values[last - stride]!)
    case 'reflect':
      return (pole / (pole - 1)) * values[last]!
    case 'wrap': {
      let [sum, power] = [values[last]!, pole]
      for (let at = from; at < last; at += stride, power *= pole) sum += power * values[at]!
      return (pole / (power - 1)) * sum
    }
  }
}
