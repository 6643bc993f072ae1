/** Splits into tokens: the scanners by hand against regular expressions, and words of languages without spaces. */
import { describe, expect, test } from 'vitest'
import { numbersIn } from '../../../src/data/text/numbers.js'
import { splitter } from '../../../src/data/text/split.js'
import { TokenTable, textOf } from '../../../src/data/text/token-table.js'
import { Tokens } from '../../../src/data/text/tokens.js'
import { TEXT_DEFAULTS, type TextSpec } from '../../../src/spec/text.js'

type Way = Pick<TextSpec, 'standardize' | 'split' | 'locale'>

function tokensOf(text: string, way: Partial<Way>, most = Number.POSITIVE_INFINITY): string[] {
  const tokens = new Tokens()
  splitter({ ...TEXT_DEFAULTS, ...way })(text, tokens, most)
  const { units, starts, ends, count } = tokens
  return Array.from({ length: count }, (_, at) => textOf(units, starts[at]!, ends[at]!))
}

/** The same by regular expressions. */
function expected(text: string, { standardize, split }: Partial<Way>): string[] {
  let changed = text
  if (standardize?.startsWith('lower')) changed = changed.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (standardize?.endsWith('punctuation')) changed = changed.replace(/[!-/:-@[-`{-~]/g, '')
  if (split === 'whitespace') return changed.split(/[\t-\r ]+/).filter((token) => token !== '')
  return split === 'character' ? [...changed] : [changed]
}

/** The same numbers each time. */
function drawing(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 8) % below
  }
}

test('thousands of strange texts are split as by regular expressions', () => {
  const draw = drawing(1)
  const kinds = [
    () => draw(128),
    () => draw(128),
    () => 0x20,
    () => draw(0xd800),
    () => 0x10000 + draw(0x100000),
    () => 0x3000 + draw(0x100),
  ]
  for (let number = 0; number < 3000; number++) {
    const text = String.fromCodePoint(...Array.from({ length: draw(40) }, () => kinds[draw(kinds.length)]!()))
    for (const standardize of ['lower_and_strip_punctuation', 'lower', 'strip_punctuation', null] as const) {
      for (const split of ['whitespace', 'character', null] as const) {
        const way = { standardize, split }
        expect(tokensOf(text, way), JSON.stringify({ text, ...way })).toEqual(expected(text, way))
      }
    }
  }
})

describe('words', () => {
  test.each([
    [
      'ja',
      '日本語のテキストを分割します。はい、そうです！',
      ['日本語', 'の', 'テキスト', 'を', '分割', 'し', 'ます', 'はい', 'そう', 'です'],
    ],
    ['th', 'ฉันรักภาษาไทย', ['ฉัน', 'รัก', 'ภาษา', 'ไทย']],
    ['zh', '我们在北京。', ['我们', '在', '北京']],
    ['en', "Don't  stop—über 3.5 (km)", ['dont', 'stop', 'über', '35', 'km']],
  ])('of "%s"', (locale, text, words) => {
    expect(tokensOf(text, { split: 'words', locale })).toEqual(words)
  })

  test('long texts are split as their sentences are, in a time that grows with their length', () => {
    const sentence = '日本語のテキストを分割します。'
    const one = tokensOf(sentence, { split: 'words', locale: 'ja' })
    const many = tokensOf(sentence.repeat(5000), { split: 'words', locale: 'ja' })
    expect(many.length).toBe(5000 * one.length)
    expect(new Set(many)).toEqual(new Set(one))
    // without any place where words end, pieces are cut, but no character is
    const emoji = tokensOf('a😀'.repeat(5000), { split: 'words' })
    expect(emoji.join('')).toBe('a'.repeat(5000))
    expect(tokensOf('漢'.repeat(20_000), { split: 'words', locale: 'zh' }).join('')).toBe('漢'.repeat(20_000))
  })
})

test('a text of which the first tokens are wanted has the first of all', () => {
  const text = 'a b, c d e'
  for (const split of ['whitespace', 'character', 'words'] as const) {
    expect(tokensOf(text, { split }, 3).slice(0, 3)).toEqual(tokensOf(text, { split }).slice(0, 3))
  }
  for (const ngrams of [null, 2, [2, 1]]) {
    const numbersOf = numbersIn(['a', 'b', 'b c', 'e'], { ...TEXT_DEFAULTS, ngrams })
    const all = [...numbersOf(text, Number.POSITIVE_INFINITY)]
    for (let most = 0; most <= all.length; most++) expect([...numbersOf(text, most)]).toEqual(all.slice(0, most))
  }
})

test('a table of tokens is a map from texts to numbers', () => {
  const draw = drawing(2)
  const table = new TokenTable()
  const map = new Map<string, number>()
  for (let turn = 0; turn < 16_000; turn++) {
    const text = String(draw(8000)).repeat(1 + draw(2))
    const units = Uint16Array.from(text, (character) => character.charCodeAt(0))
    const before = table.find(units, 0, units.length)
    if (before !== (map.get(text) ?? -1)) expect(before).toBe(map.get(text))
    if (!map.has(text)) map.set(text, map.size)
    const number = table.add(units, 0, units.length)
    if (number !== map.get(text)) expect(number).toBe(map.get(text))
  }
  expect(table.size).toBe(map.size)
  expect(table.texts(() => true)).toEqual([...map.keys()])
  expect(table.find(new Uint16Array(0), 0, 0)).toBe(-1)
})

test('texts of ten million characters take a moment', () => {
  expect(tokensOf('x'.repeat(10_000_000), {})).toHaveLength(1)
  expect(tokensOf('x '.repeat(100_000), {}, 10)).toHaveLength(10)
  expect(tokensOf(' '.repeat(10_000_000), {})).toEqual([])
})
