/** Text of files in messages. */
import { expect, test } from 'vitest'
import { isShort, quoted, shownReason } from '../../../src/data/tables/quoted.js'

test.each([
  ['x "y"', '"x \\"y\\""'],
  ['a\nb\u0000', '"a\\nb\\u0000"'],
  ['\u202ex', '"\\u202ex"'],
  ['x'.repeat(40), `"${'x'.repeat(40)}"`],
  ['x'.repeat(41), `"${'x'.repeat(37)}..."`],
  ['x'.repeat(1e7), `"${'x'.repeat(37)}..."`],
  ['\u0000'.repeat(10), `"${'\\u0000'.repeat(6)}..."`],
])('a value is short, and safe to print', (text, shown) => {
  expect(quoted(text)).toBe(shown)
  expect(isShort(text)).toBe(!shown.endsWith('..."'))
})

test('of a reason the first line is shown', () => {
  expect(shownReason(new Error('no\u0007\nmore'))).toBe('no\\u0007')
  expect(shownReason(new Error('\u0007'.repeat(1000)))).toHaveLength(160)
})
