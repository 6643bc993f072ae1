/** Features become what Keras' FeatureSpace makes of them, crosses included. */
import { describe, expect, test } from 'vitest'
import { learn, type Plans, TRAINING, tableOf } from '../../../src/data/preparation.js'
import { memorySource } from '../../../src/data/sources/source.js'
import { columnTypeOf, crossOf } from '../../../src/data/steps/features.js'
import { hashedCrossing } from '../../../src/data/steps/hashed-crossing.js'
import { stepOf } from '../../../src/data/steps/registry.js'
import { chainOf, refusesGaps } from '../../../src/spec/feature-chain.js'
import { crossesSchema, crossRules, type FeatureSpec, featureSchema, numberRules } from '../../../src/spec/features.js'
import { expectClose } from '../../support/close.js'
import { storedOf, X } from '../../support/data.js'
import { kerasFixture } from '../../support/keras.js'
import { AS_KERAS } from '../../support/steps.js'

const { table, new_rows, spaces, crossings } = kerasFixture('steps')

const featureOf = (given: unknown) => featureSchema.parse(given) as FeatureSpec

const stepsOf = (feature: FeatureSpec) => chainOf(feature).map((spec) => stepOf(spec, 0))

/** The columns of a table in the types in which features read them. */
function sourceOf(rows: typeof table, features: Readonly<Record<string, FeatureSpec>>) {
  const columns = Object.entries(features).map(([name, feature]) => {
    const values = rows[name]!
    const type = columnTypeOf(feature)
    if (type === 'text') return [name, { values: 'text' } as const, values as string[]] as const
    if (type === 'integer')
      return [name, { values: 'integer' } as const, Float64Array.from(values as number[])] as const
    const field = { shape: [], dtype: 'float32', divisor: 1, values: 'real' } as const
    return [name, field, Float32Array.from(values as number[])] as const
  })
  return memorySource(
    Object.fromEntries(columns.map(([name, column]) => [name, column])),
    Object.values(rows)[0]!.length,
    Object.fromEntries(columns.map(([name, , values]) => [name, values])),
  )
}

/** All features side by side, in the order of FeatureSpace: by name, crosses last. */
function plansOf(features: Readonly<Record<string, FeatureSpec>>, crosses: unknown): Plans {
  const withColumns = Object.fromEntries(
    Object.entries(features).map(([name, one]) => [name, { ...one, column: name }]),
  )
  const names = Object.keys(features).toSorted()
  const crossed = crossesSchema.parse(crosses)
  return {
    [X]: [
      ...names.map((name) => ({ column: name, steps: stepsOf(features[name]!) })),
      ...crossed
        .toSorted((a, b) => (a.feature_names.join('_X_') < b.feature_names.join('_X_') ? -1 : 1))
        .map((cross) => crossOf(cross, withColumns, 0)),
    ],
  }
}

test.each(spaces.map((space) => [JSON.stringify(space.features), space] as const))('%s', async (_, space) => {
  const features = Object.fromEntries(Object.entries(space.features).map(([name, one]) => [name, featureOf(one)]))
  const plans = plansOf(features, space.crosses)
  const source = sourceOf(table, features)
  const learnt = await learn(plans, source, { from: 0, to: source.count })
  const made = await tableOf(plans, sourceOf(new_rows, features), TRAINING, learnt)
  expect(made.fields[X]!.shape).toEqual(space.output.shape)
  expectClose(storedOf(made).x, space.output.values, 'features', AS_KERAS)
})

test.each(crossings)('numbers $columns are crossed', ({ columns, num_bins, output_mode, output }) => {
  const { field, apply } = hashedCrossing({ crossing_dim: num_bins, output_mode: output_mode ?? 'int' })
  expect([...apply(columns.map((column) => Int32Array.from(column)))]).toEqual(output.values)
  // a column of numbers is one of shape (1)
  expect(field.shape).toEqual(output.shape.length === 0 ? [1] : output.shape)
})

describe('a feature', () => {
  const age = { shape: [], dtype: 'float32', divisor: 1, values: 'real' } as const

  test('may have a chain of steps', async () => {
    const feature = featureOf({ type: 'float', steps: ['Log', { type: 'Normalization' }] })
    const source = memorySource({ age }, 3, { age: Float32Array.of(1, Math.E, Math.E ** 2) })
    const plans = { [X]: [{ column: 'age', steps: stepsOf(feature) }] }
    const made = await tableOf(plans, source, TRAINING, await learn(plans, source, { from: 0, to: 3 }))
    expect(columnTypeOf(feature)).toBe('number')
    expect(made.fields[X]!.shape).toEqual([1])
    expectClose(storedOf(made).x, [-Math.sqrt(1.5), 0, Math.sqrt(1.5)], 'age', AS_KERAS)
  })

  test.each([
    ['mean', 4],
    ['median', 3],
    ['most_frequent', 2],
    [7, 7],
  ])('fills gaps with %s', async (missing, fill) => {
    const steps = stepsOf(featureOf({ type: 'float', missing }))
    const source = memorySource({ age }, 5, { age: Float32Array.of(2, 4, Number.NaN, 2, 8) })
    const plans = { [X]: [{ column: 'age', steps }] }
    expect([...storedOf(await tableOf(plans, source, 0, await learn(plans, source, { from: 0, to: 5 }))).x][2]).toBe(
      fill,
    )
  })

  test.each([
    ['float', true],
    ['float_normalized', true],
    [{ type: 'float', missing: 0 }, false],
    [{ type: 'float', missing: 'drop' }, false],
    [{ type: 'float', steps: ['FillMissing'] }, false],
    [{ type: 'float', steps: ['Log'] }, true],
    ['string_categorical', false],
    [{ type: 'string_categorical', missing: 'error' }, true],
    [{ type: 'string', steps: ['StringLookup'] }, false],
    [{ type: 'string_hashed', missing: { value: 'none' } }, false],
    ['integer_hashed', true],
  ])('%j refuses gaps: %s', (feature, refuses) => expect(refusesGaps(featureOf(feature))).toBe(refuses))
})

test.each([
  [[['age', 'town']], 'found "age" of type "float", must be a feature of categories, hashes or bins'],
  [[['town', 'twn']], 'found "twn", which is not a feature'],
  [[['town', 'toString']], 'found "toString", which is not a feature'],
  [[['town', 'band']], undefined],
  [
    [
      ['town', 'band'],
      ['town', 'band'],
    ],
    'found "town_X_band" twice',
  ],
])('crosses %j: %s', (crosses, message) => {
  const features = { age: featureOf('float'), town: featureOf('string_hashed'), band: featureOf('float_discretized') }
  const [issue] = crossRules(crossesSchema.parse(crosses), features)
  expect(issue?.message).toBe(message)
})

test('numbers of categories do not lie beside other features', () => {
  const features = {
    age: featureOf('float'),
    town: featureOf({ type: 'string_hashed', output_mode: 'int' }),
    band: featureOf('float_discretized'),
  }
  const crosses = crossesSchema.parse([['town', 'band'], { feature_names: ['band', 'town'], output_mode: 'int' }])
  const paths = (...given: Parameters<typeof numberRules>) =>
    [...numberRules(...given)].map(({ path }) => path.join('/'))
  expect(paths(features, crosses)).toEqual(['features/town/output_mode', 'crosses/1/output_mode'])
  expect(paths({ town: features.town }, [])).toEqual([])
})
