/**
 * Changes characters as `standardize` says: TensorFlow's `strings.lower` without an encoding, which changes ASCII letters
 * alone, and Keras' regular expression of punctuation.
 */
import type { TextSpec } from '../../spec/text.js'

/** A character is removed. */
export const REMOVED = -1

/** The code unit that each ASCII character becomes, or `REMOVED`. All other characters stay. */
export function asciiTable(standardize: TextSpec['standardize']): Int32Array {
  const lowers = standardize === 'lower' || standardize === 'lower_and_strip_punctuation'
  const strips = standardize === 'strip_punctuation' || standardize === 'lower_and_strip_punctuation'
  return Int32Array.from({ length: 128 }, (_, code) => {
    const character = String.fromCharCode(code)
    if (strips && PUNCTUATION.includes(character)) return REMOVED
    return lowers && /[A-Z]/.test(character) ? character.toLowerCase().charCodeAt(0) : code
  })
}

const PUNCTUATION = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\''
