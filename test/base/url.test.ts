import { expect, test } from 'vitest'
import { shown, withoutPasswords } from '../../src/base/url.js'

test.each([
  ['http://alice:s3cr3t@example.org:81/simple', 'http://example.org:81/simple'],
  ['https://t0ken@example.org/simple', 'https://example.org/simple'],
  ['https://example.org/a.whl?X-Signature=s3cr3t#sha256=0', 'https://example.org/a.whl'],
  ['https://example.org/simple', 'https://example.org/simple'],
])('%s is shown as %s', (url, text) => expect(shown(url)).toBe(text))

test.each([
  ['from https://alice:s3cr3t@example.org/simple', 'from https://example.org/simple'],
  ['a proxy (http://alice:s3@cr3t@[::1]:80), and ftp://bob@x', 'a proxy (http://[::1]:80), and ftp://x'],
  ['https://example.org/~me@home, a@b', 'https://example.org/~me@home, a@b'],
])('of a complaint "%s" is left "%s"', (text, left) => expect(withoutPasswords(text)).toBe(left))
