/** Texts are ordered as their bytes in UTF-8 are. */
import { expect, test } from 'vitest'
import { byCodePoint } from '../../src/base/code-points.js'

const TEXTS = ['', 'Z', 'a', 'ab', 'b', 'é', '\ud7ff', '\ue000', '\uff5e', '\ufffd', '😀', '😀a', '𐀀']

test('by code point', () => {
  const bytes = (text: string) => Buffer.from(text)
  const wanted = TEXTS.toSorted((a, b) => Buffer.compare(bytes(a), bytes(b)))
  expect(TEXTS.toReversed().toSorted(byCodePoint)).toEqual(wanted)
  expect(TEXTS.toSorted()).not.toEqual(wanted)
})
