/** Pictures of rows of numbers, pixel by pixel. */
import { decode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import type { Image } from '../../src/report/image.js'
import { pngOf } from '../../src/report/png.js'
import { raster, type Scale, tileShape, tiles } from '../../src/report/tiles.js'

test.each([
  [[28, 28], 28, 28],
  [[3, 5], 3, 5],
  [[3, 5, 1], 3, 5],
  [[784], 28, 28],
  [[10], 3, 4],
  [[1], 1, 1],
  [[9, 9, 4], 18, 18],
])('a tile for samples of shape %j', (shape, height, width) => expect(tileShape(shape)).toEqual({ height, width }))

/** One number for each square of the enlarged picture: its grey, or -1 for the colour between tiles. */
function pixels({ width, height, channels, data }: Image, zoom: number): number[][] {
  return Array.from({ length: height / zoom }, (_, y) =>
    Array.from({ length: width / zoom }, (_, x) => {
      const at = (y * zoom * width + x * zoom) * channels
      const [first, ...others] = data.subarray(at, at + channels)
      return others.every((one) => one === first) ? first! : -1
    }),
  )
}

describe('tiles', () => {
  const rows = [Float32Array.of(0, 1, 0.5), Float32Array.of(-2, 2, 3), Float32Array.of(1, 1, 1)]
  const options = { tile: { width: 2, height: 2 }, columns: 2 }

  test.each<[Scale, readonly (readonly number[])[]]>([
    [
      'unit',
      [
        [0, 255, 128],
        [0, 255, 255],
        [255, 255, 255],
      ],
    ],
    [
      'each',
      [
        [0, 255, 128],
        [0, 204, 255],
        [128, 128, 128],
      ],
    ],
    [
      'all',
      [
        [102, 153, 128],
        [0, 204, 255],
        [153, 153, 153],
      ],
    ],
  ])('by the scale %s', (scale, [a, b, c]) => {
    const zoom = Math.floor(900 / 7)
    expect(pixels(tiles(rows, { ...options, scale }), zoom)).toEqual([
      [-1, -1, -1, -1, -1, -1, -1],
      [-1, a![0], a![1], -1, b![0], b![1], -1],
      [-1, a![2], -1, -1, b![2], -1, -1],
      [-1, -1, -1, -1, -1, -1, -1],
      [-1, c![0], c![1], -1, -1, -1, -1],
      [-1, c![2], -1, -1, -1, -1, -1],
      [-1, -1, -1, -1, -1, -1, -1],
    ])
  })

  test('groups stand apart', () => {
    const { width } = tiles(rows, { tile: { width: 300, height: 1 }, columns: 3, scale: 'unit', group: 1 })
    expect(width).toBe(1 + 3 * 301 + 2 * 4)
  })
})

test('a raster has one row per sample', () => {
  const image = raster([Float32Array.of(0, 1), Float32Array.of(0.5, 0.25)])
  expect(pixels(image, 450)).toEqual([
    [0, 255],
    [128, 64],
  ])
})

test('a PNG has the pixels of the picture', () => {
  const image = tiles([Float32Array.of(0, 1)], { tile: { width: 2, height: 1 }, columns: 1, scale: 'unit' })
  const { width, height, channels, depth, data } = decode(pngOf(image))
  expect({ width, height, channels, depth }).toEqual({ width: 900, height: 675, channels: 3, depth: 8 })
  expect(Buffer.from(data).equals(image.data)).toBe(true)
})
