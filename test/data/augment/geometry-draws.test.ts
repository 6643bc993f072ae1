/** The draws of layers that move pixels, over many samples of one seed: ranges, both sides, shares. */
import { describe, expect, test } from 'vitest'
import type { Shift, Zoom } from '../../../src/data/augment/affine.js'
import type { Distortion } from '../../../src/data/augment/random-elastic-transform.js'
import type { Erased } from '../../../src/data/augment/random-erasing.js'
import type { Corners } from '../../../src/data/augment/random-perspective.js'
import { augmentation, drawMany } from '../../support/augmentations.js'
import { expectMean, expectShares, expectUniform, mean } from '../../support/distributions.js'
import { fixturePicture } from '../../support/geometry.js'

const COUNT = 20_000
const SHAPE = [20, 50, 3] as const

const drawn = <Drawn>(type: string, fields: object, count = COUNT): Drawn[] =>
  drawMany(augmentation<Drawn>({ type, ...fields }), count, SHAPE)

const column = <Drawn extends object>(rows: readonly Drawn[], name: keyof Drawn) =>
  rows.map((row) => row[name] as number)

/** The correlation of two columns is that of independent numbers. */
function expectIndependent(a: readonly number[], b: readonly number[]): void {
  const [middle, other] = [mean(a), mean(b)]
  expectMean(
    a.map((value, row) => (value - middle) * (b[row]! - other)),
    0,
  )
}

describe('RandomFlip', () => {
  test.each(['horizontal', 'vertical', 'horizontal_and_vertical'])('flips half of the pictures, %s', (mode) => {
    const flips = drawn<{ horizontal: boolean; vertical: boolean }>('RandomFlip', { mode })
    const kinds = new Set(flips.map((one) => JSON.stringify(one)))
    expect(kinds.size).toBe(2)
    const flipped = flips.filter(({ horizontal, vertical }) => horizontal || vertical).length
    expectShares([flipped, COUNT - flipped], [0.5, 0.5])
  })
})

describe('numbers are drawn evenly from', () => {
  test('RandomRotation: both directions, or a range', () => {
    expectUniform(drawn<number>('RandomRotation', { factor: 0.1 }), [-36, 36])
    expectUniform(drawn<number>('RandomRotation', { factor: [0.5, 0.25] }), [90, 180])
  })

  test('RandomTranslation: each direction by itself, as shares of the size', () => {
    const shifts = drawn<Shift>('RandomTranslation', { height_factor: 0.1, width_factor: [-0.1, 0.3] })
    expectUniform(column(shifts, 'y'), [-2, 2])
    expectUniform(column(shifts, 'x'), [-5, 15])
    expectIndependent(column(shifts, 'x'), column(shifts, 'y'))
  })

  test('RandomZoom: each direction by itself, or both alike', () => {
    const zooms = drawn<Zoom>('RandomZoom', { height_factor: 0.2, width_factor: [-0.5, -0.1] })
    expectUniform(column(zooms, 'height'), [0.8, 1.2])
    expectUniform(column(zooms, 'width'), [0.5, 0.9])
    expectIndependent(column(zooms, 'height'), column(zooms, 'width'))
    for (const { height, width } of drawn<Zoom>('RandomZoom', { height_factor: 0.2 }, 50)) expect(width).toBe(height)
  })

  test('RandomShear: to both sides, of a pair too', () => {
    const shears = drawn<Shift>('RandomShear', { x_factor: 0.3, y_factor: [0.2, 0.5] })
    expectUniform(column(shears, 'x'), [-0.3, 0.3])
    expectUniform(column(shears, 'y').map(Math.abs), [0.2, 0.5])
    expectMean(column(shears, 'y').map(Math.sign), 0)
  })

  test('RandomCrop: every place', () => {
    const corners = drawn<{ top: number; left: number }>('RandomCrop', { height: 17, width: 45 })
    const counts = Array.from({ length: 24 }, () => 0)
    for (const { top, left } of corners) counts[6 * top + left]!++
    expectShares(
      counts,
      counts.map(() => 1 / 24),
    )
  })

  test('RandomPerspective: the moves of each corner', () => {
    const moves = drawn<NonNullable<Corners>>('RandomPerspective', { factor: [1, 1], scale: 0.4 })
    for (const corner of [0, 1, 2, 3]) {
      for (const axis of [0, 1] as const) {
        expectUniform(
          moves.map((corners) => corners[corner]![axis]),
          [-0.2, 0.2],
        )
      }
    }
  })

  test('RandomElasticTransform: the strength; noise is normal, and across and down are independent', () => {
    const draws = drawn<Distortion>('RandomElasticTransform', { factor: [1, 1], scale: [0.2, 0.6] }, 400)
    expectUniform(column(draws, 'strength'), [0.2, 0.6])
    const noise = draws.slice(0, 20).flatMap((one) => Array.from(one.noise))
    expectMean(noise, 0)
    expectMean(
      noise.map((value) => value ** 2),
      1,
    )
    const across = noise.filter((_, index) => index % 2 === 0)
    expectIndependent(
      across,
      noise.filter((_, index) => index % 2 === 1),
    )
  })

  test('RandomErasing: the area, and every place', () => {
    const rectangles = drawn<Erased>('RandomErasing', { factor: [1, 1], scale: [0.25, 0.25], fill_value: 0 }, 5000)
    for (const { width, height } of rectangles.slice(0, 200)) expect([width, height]).toEqual([25, 10])
    const at = (places: readonly number[], most: number) =>
      Array.from({ length: most }, (_, place) => places.filter((one) => one === place + 1).length)
    // the first pixel is the first one after an even place, and almost never pixel 0
    expectShares(at(column(rectangles, 'left'), 25), Array(25).fill(1 / 25))
    expectShares(at(column(rectangles, 'top'), 10), Array(10).fill(1 / 10))
  })
})

test.each(['RandomPerspective', 'RandomElasticTransform', 'RandomErasing'])(
  '%s changes the share of pictures that factor says, on average',
  (type) => {
    const scale = type === 'RandomErasing' ? [0.01, 0.01] : 0.1
    const changes = (factor: unknown) => {
      const made = drawMany(augmentation({ type, factor, scale }), 4000, [5, 5, 1])
      return made.filter((one) => one !== null).length
    }
    expect(changes(0)).toBe(0)
    expect(changes([1, 1])).toBe(4000)
    for (const [factor, share] of [
      [[0.2, 0.4], 0.3],
      [0.4, 0.2],
    ] as const) {
      const changed = changes(factor)
      expectShares([changed, 4000 - changed], [share, 1 - share])
    }
  },
)

test('RandomErasing fills with noise of the value range, which is clipped', () => {
  const [erased] = drawn<Erased>('RandomErasing', { factor: [1, 1], scale: [0.9, 1], value_range: [0, 2] }, 1)
  const values = Array.from(erased!.values)
  expectShares(
    [
      values.filter((one) => one === 0).length,
      values.filter((one) => one === 2).length,
      values.filter((one) => one > 0 && one < 2).length,
    ],
    [0.5, 0.158655, 0.341345],
  )
})

test('a list of colours needs as many channels', () => {
  const layer = augmentation({ type: 'RandomErasing', fill_value: [1, 2, 3] })
  expect(layer.shape([4, 4, 3])).toEqual([4, 4, 3])
  expect(() => layer.shape([4, 4, 1])).toThrow(
    'found 3 numbers in "fill_value" of RandomErasing, must be one, or one for each of 1 channels',
  )
})

test('pictures of validation are cropped in the middle, after they are resized', () => {
  const layer = augmentation({ type: 'RandomCrop', height: 2, width: 3 })
  const picture = fixturePicture([4, 12, 1])
  const made = layer.apply(picture, layer.inference!(picture.shape))
  expect(made.shape).toEqual([2, 3, 1])
  // 4 x 6 pixels in the middle, and each of the result is the mean of 2 x 2 of them
  const wanted = [3, 4, 15, 16].reduce((sum, at) => sum + picture.values[at]! / 4, 0)
  expect(made.values[0]).toBeCloseTo(wanted, 3)
})
