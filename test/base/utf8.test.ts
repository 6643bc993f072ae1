/** Text files are UTF-8; another encoding is named. */
import { expect, test } from 'vitest'
import { decodeUtf8 } from '../../src/base/utf8.js'

const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const utf32 = (text: string) => Buffer.from(Uint32Array.from(text, (letter) => letter.codePointAt(0)!).buffer)

test.each([
  ['nothing', Buffer.alloc(0), ''],
  ['letters', Buffer.from('{"a": "caf\u00e9 學"}'), '{"a": "caf\u00e9 學"}'],
  ['a byte order mark', Buffer.from('\ufeff[1]'), '[1]'],
])('%s', (_, bytes, text) => expect(decodeUtf8(bytes)).toEqual({ text }))

test.each([
  ['UTF-16 with a mark', utf16('\ufeff[1]'), 'is UTF-16 text, must be UTF-8'],
  ['UTF-16 without one', utf16('a,b'), 'is UTF-16 text, must be UTF-8'],
  ['UTF-16 of the other order', utf16('\ufeff[1]').swap16(), 'is UTF-16 text, must be UTF-8'],
  ['UTF-32', utf32('\ufeff[1]'), 'is UTF-32 text, must be UTF-8'],
  ['UTF-32 without a mark', utf32('[1]'), 'is UTF-32 text, must be UTF-8'],
])('%s is named', (_, bytes, problem) => expect(decodeUtf8(bytes)).toEqual({ problem }))

test.each([
  ['the first byte', Buffer.from([0xe9, 0x41]), 'line 1 has the byte 0xe9'],
  ['a later line', Buffer.from('a,b\n1,2\ncaf\xe9,3\n', 'latin1'), 'line 3 has the byte 0xe9'],
  ['a character that is cut off', Buffer.from('x\n\u00e9').subarray(0, 3), 'line 2 has the byte 0xc3'],
  ['a surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 'line 1 has the byte 0xed'],
])('%s that is no UTF-8', (_, bytes, words) =>
  expect(decodeUtf8(bytes)).toEqual({ problem: `is not UTF-8 text: ${words}; save the file as UTF-8` }),
)
