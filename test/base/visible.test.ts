/** Control characters of files and arguments are shown, so that a terminal does not act on them. */
import { expect, test } from 'vitest'
import { visible } from '../../src/base/visible.js'

test.each([
  ['a colour', 'a\u001b[31mb', 'a\\u001b[31mb'],
  ['a bell and a carriage return', '\u0007x\r', '\\u0007x\\u000d'],
  ['a control character of eight bits', '\u009b2J', '\\u009b2J'],
  ['an override of the direction', '\u202egnp.exe', '\\u202egnp.exe'],
  ['half of a pair', '\ud800', '\\ud800'],
  ['letters of other scripts', '學習 caf\u00e9 \u{1F600}', '學習 caf\u00e9 \u{1F600}'],
])('%s', (_, text, shown) => expect(visible(text)).toBe(shown))
