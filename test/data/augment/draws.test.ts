/** The draws of layers over many samples of one seed: ranges, shares and moments. */
import { describe, expect, test } from 'vitest'
import { PURPOSE, RandomStream } from '../../../src/base/philox.js'
import { beta, dirichlet } from '../../../src/data/augment/draws.js'
import { augmentation, drawMany, type GivenLayer, mixing } from '../../support/augmentations.js'
import { expectMean, expectUniform, mean } from '../../support/distributions.js'

const COUNT = 20_000

const drawn = <Drawn>(layer: GivenLayer): Drawn[] => drawMany(augmentation<Drawn>(layer), COUNT)
const given = (type: string, fields: object): GivenLayer => ({ type, ...fields })

describe('numbers are drawn evenly from', () => {
  test.each<readonly [string, object, readonly [number, number]]>([
    ['RandomBrightness', { factor: 0.2 }, [-51, 51]],
    ['RandomBrightness', { factor: [0.5, -0.1], value_range: [0, 2] }, [-0.2, 1]],
    ['RandomContrast', { factor: 0.2 }, [0.8, 1.2]],
    ['RandomContrast', { factor: [0.6, 0.1] }, [0.4, 1.1]],
    ['RandomHue', { factor: 0.4 }, [-0.2, 0.2]],
    ['RandomColorDegeneration', { factor: 0.4 }, [0, 0.4]],
    ['RandomColorDegeneration', { factor: [0.3, 0.4] }, [0.3, 0.4]],
    ['RandomSharpness', { factor: 0.4 }, [0, 0.8]],
    ['RandomSharpness', { factor: [0.5, 1] }, [1, 2]],
  ])('%s of %j: %j', (type, fields, range) => expectUniform(drawn<number>(given(type, fields)), range))

  test('RandomHue of a pair: both sides of 0', () => {
    const turns = drawn<number>(given('RandomHue', { factor: [0.5, 1] }))
    expectMean(turns.map(Math.sign), 0)
    expectUniform(turns.map(Math.abs), [0.25, 0.5])
  })

  test('RandomSaturation: its factor is drawn / (1 - drawn)', () => {
    const factors = drawn<number>(given('RandomSaturation', { factor: [0.3, 0.8] }))
    const strengths = factors.map((factor) => factor / (1 + factor))
    expectUniform(strengths, [0.3 - 1e-6, 0.8 + 1e-6])
  })

  test('RandomColorJitter: the layers that it has', () => {
    const jitter = drawn<number[]>(given('RandomColorJitter', { brightness_factor: 0.1, hue_factor: 0.5 }))
    const column = (index: number) => jitter.map((one) => one[index]!)
    expect(jitter[0]).toHaveLength(2)
    expectUniform(column(0), [-25.5, 25.5])
    expectUniform(column(1), [-0.25, 0.25])
  })

  test('Solarization: both ends of a pair are shares of the range', () => {
    const solarized = drawn<{ addition: number; threshold: number }>(
      given('Solarization', { addition_factor: 0.4, threshold_factor: [0.2, 0.6] }),
    )
    const additions = solarized.map(({ addition }) => addition)
    expectUniform(additions, [0, 102])
    expectUniform(
      solarized.map(({ threshold }) => threshold),
      [51, 153],
    )
    expect(drawn(given('Solarization', {}))[0]).toEqual({ addition: 0, threshold: 0 })
  })

  test('RandomGaussianBlur: a deviation for each direction', () => {
    const blurs = drawn<{ height: number; width: number }>(given('RandomGaussianBlur', { sigma: [0.5, 2] }))
    expectUniform(
      blurs.map(({ height }) => height - 1e-6),
      [0.5, 2],
    )
    expectUniform(
      blurs.map(({ width }) => width - 1e-6),
      [0.5, 2],
    )
    expect(drawn(given('RandomGaussianBlur', { sigma: 0.7 }))[0]).toMatchObject({ height: 0.700001, width: 0.700001 })
  })
})

describe('the share of pictures that change', () => {
  test.each<readonly [string, object, number]>([
    ['RandomGrayscale', {}, 0.5],
    ['RandomGrayscale', { factor: 0 }, 0],
    ['RandomGrayscale', { factor: 1 }, 1],
    ['RandomGrayscale', { factor: 0.2 }, 0.2],
    ['RandomInvert', {}, 0.5],
    ['RandomInvert', { factor: 0.4 }, 0.2],
    ['RandomInvert', { factor: [0.6, 1] }, 0.8],
    ['RandomInvert', { factor: [1, 1] }, 1],
  ])('%s of %j: %d', (type, fields, share) => expectMean(drawn<boolean>(given(type, fields)).map(Number), share))

  test('RandomGaussianBlur', () => {
    const blurs = drawn<{ blurs: boolean }>(given('RandomGaussianBlur', { factor: [0.2, 0.4] }))
    expectMean(
      blurs.map((one) => Number(one.blurs)),
      0.3,
    )
  })
})

test.each<readonly [number | number[], readonly number[]]>([
  [3, [3]],
  [
    [2, 5],
    [2, 3, 4, 5],
  ],
  [
    [8, 7],
    [7, 8],
  ],
])('RandomPosterization of %j keeps %j bits, as often each', (factor, wanted) => {
  const bits = drawn<number>(given('RandomPosterization', { factor }))
  expect([...new Set(bits)].sort()).toEqual(wanted)
  for (const one of wanted)
    expectMean(
      bits.map((found) => Number(found === one)),
      1 / wanted.length,
    )
})

describe('Beta', () => {
  const random = () => new RandomStream({ seed: 3, purpose: PURPOSE.sample, stream: 1, step: 0 })

  test.each([0.01, 0.2, 0.5, 1, 2, 30])('of %d has its moments', (alpha) => {
    const stream = random()
    const values = Array.from({ length: COUNT }, () => beta(stream, alpha))
    for (const value of values) expect(value >= 0 && value <= 1).toBe(true)
    const squares = values.map((value) => (value - 0.5) ** 2)
    expectMean(values, 0.5)
    expectMean(squares, 1 / (4 * (2 * alpha + 1)))
    expectMean(
      squares.map((square) => square ** 2),
      3 / (16 * (2 * alpha + 1) * (2 * alpha + 3)),
    )
  })

  test('of 1 is uniform; of 0.5 its square root is a sine', () => {
    const stream = random()
    expectUniform(
      Array.from({ length: COUNT }, () => beta(stream, 1)),
      [0, 1],
    )
    const angles = Array.from({ length: COUNT }, () => Math.asin(Math.sqrt(beta(stream, 0.5))))
    expectUniform(angles, [0, Math.PI / 2])
  })

  test('of the smallest parameter is 0 or 1, as often each', () => {
    const stream = random()
    const values = Array.from({ length: COUNT }, () => beta(stream, 1e-6))
    expectMean(values, 0.5)
    expect(mean(values.map((value) => Math.min(value, 1 - value)))).toBeLessThan(1e-4)
  })
})

test.each([0.1, 1, 5])('Dirichlet of %d has the sum 1 and its moments', (alpha) => {
  const stream = new RandomStream({ seed: 4, purpose: PURPOSE.sample, stream: 0, step: 0 })
  const values = Array.from({ length: COUNT }, () => dirichlet(stream, alpha, 3))
  for (const value of values) expect(value.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12)
  for (const index of [0, 1, 2]) {
    const one = values.map((value) => value[index]!)
    expectMean(one, 1 / 3)
    expectMean(
      one.map((share) => (share - 1 / 3) ** 2),
      2 / 9 / (3 * alpha + 1),
    )
  }
})

test('MixUp draws the share of a sample from Beta', () => {
  const shares = drawMany(mixing<number>({ type: 'MixUp', alpha: 0.4 }), COUNT)
  expectMean(shares, 0.5)
  expectMean(
    shares.map((share) => (share - 0.5) ** 2),
    1 / (4 * 1.8),
  )
})

test('CutMix draws the share from Beta, whose parameter it draws, and the place evenly', () => {
  const [height, width] = [30, 40]
  const layer = mixing<{ left: number; right: number; top: number; bottom: number }>('CutMix')
  const boxes = drawMany(layer, COUNT, [height, width, 3])
  const shares = boxes.map((box) => layer.share(box, [height, width, 3]))
  expectMean(shares, 0.5)
  // the mean of 1 / (4 (2 alpha + 1)) for alpha from 0 to 1
  expectMean(
    shares.map((share) => (share - 0.5) ** 2),
    Math.log(3) / 8,
  )
  const free = boxes.filter(({ left, right }) => right - left < 0.99 * width)
  expectUniform(
    free.map(({ left, right }) => left / (width - (right - left))),
    [0, 1],
  )
  expectUniform(
    free.map(({ top, bottom }) => top / (height - (bottom - top))),
    [0, 1],
  )
  for (const { left, right, top, bottom } of boxes) {
    expect((right - left) / width).toBeCloseTo((bottom - top) / height, 9)
  }
})
