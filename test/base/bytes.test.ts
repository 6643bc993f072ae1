import { expect, test } from 'vitest'
import { formatBytes } from '../../src/base/bytes.js'

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [274_000_871, '274.0 MB'],
  [999_950_000, '1.00 GB'],
  [3_379_820_107, '3.38 GB'],
])('%i is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
