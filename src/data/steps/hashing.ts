/** `Hashing` (keras/src/layers/preprocessing/hashing.py): the place of a value follows from a hash of its text. */
import type { StepOf } from '../../spec/steps.js'
import { isField, type Values } from '../column.js'
import { type Encoding, encoded, encodedField } from './encode.js'
import { farmHash64, sipHash64 } from './hash-64.js'
import type { Step } from './step.js'

type Spec = StepOf<'Hashing'>

export function hashing({ num_bins, mask_value, salt, output_mode }: Spec): Step<null> {
  const encoding: Encoding = { mode: output_mode, depth: num_bins }
  // the mask has place 0 for itself, if there is another place
  const first = mask_value !== null && num_bins > 1 ? 1 : 0
  const placeOf = hashedPlace(num_bins - first, salt)
  return {
    column: (given) => encodedField(given, encoding),
    apply(values: Values, given) {
      const divisor = isField(given) ? given.divisor : 1
      const numbers = new Int32Array(values.length)
      for (let at = 0; at < numbers.length; at++) {
        const value = values[at]!
        // Keras cuts the fraction off
        const token = typeof value === 'string' ? value : Math.trunc(value / divisor)
        numbers[at] = first === 1 && token === mask_value ? 0 : first + placeOf(String(token))
      }
      return encoded(numbers, given, encoding)
    },
  }
}

const encoder = new TextEncoder()

/** Returns a function from texts to places from 0 on: FarmHash, or SipHash with a key. */
export function hashedPlace(places: number, salt: Spec['salt']): (text: string) => number {
  const key = salt === null ? null : wordsOf(salt)
  return remembered((text) => {
    const bytes = encoder.encode(text)
    return Number((key ? sipHash64(bytes, key) : farmHash64(bytes)) % BigInt(places))
  })
}

const wordsOf = (salt: number | readonly number[]): readonly [bigint, bigint] =>
  typeof salt === 'number' ? [BigInt(salt), BigInt(salt)] : [BigInt(salt[0]!), BigInt(salt[1]!)]

/** Number of results that are remembered, because categories come again and again. */
const MOST_REMEMBERED = 100_000

/** The same function, which computes the results of most texts once. */
export function remembered(compute: (text: string) => number): (text: string) => number {
  const results = new Map<string, number>()
  return (text) => {
    const known = results.get(text)
    if (known !== undefined) return known
    const result = compute(text)
    if (results.size < MOST_REMEMBERED) results.set(text, result)
    return result
  }
}
