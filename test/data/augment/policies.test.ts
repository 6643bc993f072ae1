/** The choices of RandAugment and AugMix over many samples of one seed. */
import { expect, test } from 'vitest'
import { augmentation, drawMany, type GivenLayer } from '../../support/augmentations.js'

interface Choice {
  readonly layer: string
  readonly drawn: unknown
}

const COUNT = 11_000
const MOVING = ['RandomShear', 'RandomTranslation', 'RandomRotation']
const OTHERS = ['RandomPosterization', 'Solarization', 'AutoContrast', 'Equalization']
const MORE = ['RandomBrightness', 'RandomColorDegeneration', 'RandomContrast', 'RandomSharpness']

const drawn = <Drawn>(layer: GivenLayer) => drawMany(augmentation<Drawn>(layer), COUNT, [8, 10, 3])

function shares(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / names.length]))
}

/** Each of the names has the same share, to within four standard errors. */
function expectAlike(found: readonly string[], wanted: readonly string[], share = 1 / wanted.length): void {
  const of = shares(found)
  expect(Object.keys(of).toSorted()).toEqual([...wanted].toSorted())
  const error = Math.sqrt((share * (1 - share)) / found.length)
  for (const name of wanted) expect(Math.abs(of[name]! - share), name).toBeLessThan(4 * error)
}

test('RandAugment chooses each of eleven layers as often, one independently of the other', () => {
  const samples = drawn<Choice[]>('RandAugment')
  for (const sample of samples) expect(sample).toHaveLength(2)
  const all = [...MOVING, ...OTHERS, ...MORE]
  expectAlike(
    samples.flatMap((sample) => sample.map(({ layer }) => layer)),
    all,
  )
  const twice = samples.filter(([first, second]) => first!.layer === second!.layer).length / COUNT
  expect(Math.abs(twice - 1 / 11)).toBeLessThan(0.012)
})

test('RandAugment draws from 0 to its factor', () => {
  const numbers = (layer: string, factor: unknown) =>
    drawn<Choice[]>({ type: 'RandAugment', factor }).flatMap((sample) =>
      sample.filter((choice) => choice.layer === layer).map((choice) => choice.drawn as number),
    )
  const rangeOf = (values: readonly number[]) => [Math.min(...values), Math.max(...values)]
  const [least, most] = rangeOf(numbers('RandomRotation', 0.25))
  expect(least! >= 0 && least! < 1 && most! > 89 && most! <= 90).toBe(true)
  const [darkest, brightest] = rangeOf(numbers('RandomBrightness', [0.2, 0.4]))
  expect(darkest! >= 51 && darkest! < 51.5 && brightest! > 101.5 && brightest! <= 102).toBe(true)
  expect(new Set(numbers('RandomPosterization', 0.5))).toEqual(new Set([4]))
  expect(new Set(numbers('RandomPosterization', 0))).toEqual(new Set([1]))
})

test('AugMix leaves places of its chains empty as often as it chooses any layer', () => {
  const samples = drawn<{ chains: { share: number; choices: Choice[] }[] }>({ type: 'AugMix', all_ops: false })
  for (const { chains } of samples) {
    expect(chains).toHaveLength(3)
    expect(chains.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9)
  }
  const places = samples.flatMap(({ chains }) =>
    chains.flatMap(({ choices }) => {
      expect(choices.length).toBeLessThanOrEqual(3)
      return [0, 1, 2].map((place) => choices[place]?.layer ?? 'empty')
    }),
  )
  expectAlike(places, [...MOVING, ...OTHERS, 'empty'])
})

test('AugMix uses the layers that change colours with all_ops', () => {
  const samples = drawn<{ chains: { choices: Choice[] }[] }>('AugMix')
  const found = samples.flatMap(({ chains }) => chains.flatMap(({ choices }) => choices.map(({ layer }) => layer)))
  expectAlike(found, [...MOVING, ...OTHERS, ...MORE])
})

test.each(['RandAugment', 'AugMix'] as const)('%s takes pictures of 1 or 3 channels', (type) => {
  expect(() => augmentation(type).shape([4, 4, 4])).toThrow(`found pictures of 4 channels, but "${type}" takes 1 or 3`)
  expect(augmentation(type).shape([4, 4, 1])).toEqual([4, 4, 1])
})

test('AugMix without all_ops takes pictures of any channels, and leaves masks as they are', () => {
  const layer = augmentation({ type: 'AugMix', all_ops: false })
  expect(layer.shape([4, 4, 4])).toEqual([4, 4, 4])
  expect(layer.applyToMask).toBeUndefined()
})
