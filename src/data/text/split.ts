/**
 * Splits texts into tokens (keras/src/layers/preprocessing/text_vectorization.py). The scanners go over code units by
 * hand: this is several times as fast as regular expressions.
 */
import type { TextSpec } from '../../spec/text.js'
import { asciiTable, REMOVED } from './standardize.js'
import type { Split } from './tokens.js'
import { wordSplitter } from './words.js'

export function splitter({ standardize, split, locale }: Pick<TextSpec, 'standardize' | 'split' | 'locale'>): Split {
  const ascii = asciiTable(standardize)
  switch (split) {
    case 'whitespace':
      return atWhitespace(ascii)
    case 'character':
      return intoCharacters(ascii)
    case 'words':
      return wordSplitter(ascii, locale)
    case null:
      return whole(ascii)
  }
}

const ASCII = 128

/** TensorFlow's `strings.split` knows the whitespace of C: space, tab, line feed, vertical tab, form feed, return. */
const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d)

function atWhitespace(ascii: Int32Array): Split {
  const SPACE = -2
  const table = ascii.map((unit, code) => (isSpace(code) ? SPACE : unit))
  return (text, into, most) => {
    into.reset(text.length)
    const { units } = into
    let at = 0
    let isInside = false
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      const unit = code < ASCII ? table[code]! : code
      if (unit >= 0) {
        if (!isInside) {
          at = into.begin()
          isInside = true
        }
        units[at++] = unit
      } else if (unit === SPACE && isInside) {
        into.end(at)
        isInside = false
        if (into.count >= most) return
      }
    }
    if (isInside) into.end(at)
  }
}

function intoCharacters(ascii: Int32Array): Split {
  return (text, into, most) => {
    into.reset(text.length)
    for (let index = 0; index < text.length && into.count < most; index++) {
      const code = text.charCodeAt(index)
      const unit = code < ASCII ? ascii[code]! : code
      if (unit === REMOVED) continue
      let at = into.begin()
      into.units[at++] = unit
      if (isPair(code, text.charCodeAt(index + 1))) into.units[at++] = text.charCodeAt(++index)
      into.end(at)
    }
  }
}

/** True for the two halves of a character beyond U+FFFF. */
const isPair = (code: number, next: number): boolean =>
  code >= 0xd800 && code < 0xdc00 && next >= 0xdc00 && next < 0xe000

function whole(ascii: Int32Array): Split {
  return (text, into) => {
    into.reset(text.length)
    const { units } = into
    let at = into.begin()
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      const unit = code < ASCII ? ascii[code]! : code
      if (unit !== REMOVED) units[at++] = unit
    }
    into.end(at)
  }
}
