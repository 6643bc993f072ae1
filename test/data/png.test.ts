/** PNG pictures: brightness by the rules of PNG, and files that claim or contain too much. */
import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { parsePng } from '../../src/data/png.js'
import { chunk, header, PALETTE, png, SIGNATURE } from '../support/png.js'

test('colours of a palette', () => {
  const found = parsePng(png({ width: 4, height: 1, depth: 2, color: 3 }, Uint8Array.of(0, 0b00011000), PALETTE))
  expect(found).toEqual({ shape: [1, 4], values: Float32Array.of(0, 1 / 3, 1, 0) })
})

test('an interlaced picture equals one that is not', () => {
  const size = { width: 3, height: 2 }
  const plain = png(size, Uint8Array.of(0, 0, 51, 102, 0, 153, 204, 255))
  // the passes that have pixels: (0, 0); (2, 0); (1, 0); the second row
  const interlaced = png({ ...size, interlace: 1 }, Uint8Array.of(0, 0, 0, 102, 0, 51, 0, 153, 204, 255))
  expect(parsePng(interlaced)).toEqual(parsePng(plain))
})

const zeros = (count: number) => new Uint8Array(count)

test.each([
  [
    'more pixels stated than a machine has room for',
    png({ width: 2 ** 32 - 1, height: 1 }, zeros(2)),
    'it has 4294967295 x 1 pixels, must have at most 16,777,216',
  ],
  ['no pixels stated', png({ width: 0, height: 5 }, zeros(2)), 'it has 0 x 5 pixels, must have at least one'],
  [
    'a thousand times the pixels that it states',
    png({ width: 10, height: 10 }, zeros(110_000)),
    'it has more pixels than its header states',
  ],
  ['too few pixels', png({ width: 10, height: 10 }, zeros(100)), 'it has 100 bytes of pixels, must have 110'],
  [
    'pixels that cannot be unpacked',
    Buffer.concat([SIGNATURE, header({ width: 1, height: 1 }), chunk('IDAT', zeros(4)), chunk('IEND', zeros(0))]),
    'its pixels cannot be unpacked',
  ],
  [
    'a colour that its palette has not',
    png({ width: 2, height: 1, color: 3 }, Uint8Array.of(0, 1, 7), PALETTE),
    'row 1, column 2 has colour 7 of a palette of 3',
  ],
  ['no palette', png({ width: 1, height: 1, color: 3 }, zeros(2)), 'it has no palette, or more than one'],
  [
    'a form of its own',
    png({ width: 1, height: 1, depth: 4, color: 2 }, zeros(3)),
    'its header has values that PNG does not allow',
  ],
  ['an end that is missing', png({ width: 1, height: 1 }, zeros(2)).subarray(0, -6), 'it is cut off'],
])('a picture with %s is told', (_, bytes, problem) => {
  expect(parsePng(bytes)).toEqual({ problem: `the picture cannot be read: ${problem}` })
})

test('compressed data other than pixels are not unpacked', () => {
  const bomb = chunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), deflateSync(zeros(1e6))]))
  const broken = chunk('iCCP', Buffer.from('a\0\0no zlib'))
  for (const profile of [bomb, broken]) {
    expect(parsePng(png({ width: 1, height: 1 }, Uint8Array.of(0, 255), profile))).toEqual({
      shape: [1, 1],
      values: Float32Array.of(1),
    })
  }
})
