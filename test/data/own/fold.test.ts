import { describe, expect, test } from 'vitest'
import { consecutiveFolds, groupFolds, shuffledFolds, withFold } from '../../../src/data/own/fold.js'
import { loaded, problemsOf, REGRESSION, valuesIn } from '../../support/own-data.js'

const countsOf = (folds: Uint32Array, of: number) =>
  Array.from({ length: of }, (_, fold) => folds.filter((one) => one === fold).length)

test('consecutive folds have equal sizes; the first ones have one more', () => {
  expect([...consecutiveFolds(11, 3)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2])
})

test('shuffled folds have as many rows of each class as possible', () => {
  const classes = Int32Array.from({ length: 53 }, (_, row) => (row < 30 ? 0 : row < 48 ? 1 : 2))
  const folds = shuffledFolds(53, 5, classes, 3)
  const sizes = countsOf(folds, 5)
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
  for (const label of [0, 1, 2]) {
    const own = countsOf(
      folds.filter((_, row) => classes[row] === label),
      5,
    )
    expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1)
  }
  expect([...shuffledFolds(53, 5, classes, 3)]).toEqual([...folds])
  expect([...shuffledFolds(53, 5, classes, 4)]).not.toEqual([...folds])
})

test('all rows of a group are in one fold', () => {
  const groups = Uint32Array.from({ length: 60 }, (_, row) => row % 13)
  const folds = groupFolds(groups, 4, 0)
  for (const group of new Set(groups)) {
    expect(new Set(folds.filter((_, row) => groups[row] === group)).size).toBe(1)
  }
  expect(Math.min(...countsOf(folds, 4))).toBeGreaterThan(10)
})

test('one fold validates, the others are for training; the test stays', () => {
  const parts = { train: Uint32Array.of(1, 3, 5, 7), validation: new Uint32Array(), test: Uint32Array.of(0) }
  expect(withFold(parts, Uint32Array.of(0, 1, 0, 1), 1)).toEqual({
    train: Uint32Array.of(1, 5),
    validation: Uint32Array.of(3, 7),
    test: Uint32Array.of(0),
  })
})

describe('folds of a spec', () => {
  const files = {
    'a.csv': ['x,g,y', ...Array.from({ length: 24 }, (_, row) => `${row},${row % 6},${row % 2}`)].join('\n'),
  }
  const data = { source: 'a.csv', target: 'y', features: { x: 'float' } }

  test.each(['shuffled', 'last', { group: 'g' }, { hash: 'x' }])('every row validates once: %j', async (split) => {
    const seen: number[] = []
    for (const fold of [1, 2, 3]) {
      const { data: read } = await loaded(files, { ...data, split }, { fit: { k_fold: 3, fold } })
      const [trained, validated] = [read.train, read.validation].map((table) => valuesIn(table)['x:features']!)
      expect(new Set([...trained!, ...validated!]).size).toBe(24)
      expect(read.form.rows).toMatchObject({ train: trained!.length, validation: validated!.length })
      seen.push(...validated!)
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, row) => row))
  })

  test('steps learn from the training rows of each fold alone', async () => {
    const features = { x: 'float_normalized' }
    for (const fold of [1, 2]) {
      const { data: read } = await loaded(files, { ...data, features, split: 'last' }, { fit: { k_fold: 2, fold } })
      const values = valuesIn(read.train)['x:features']!
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 4)
    }
  })

  test('of a data set that comes with the program are consecutive', async () => {
    const { data: read } = await loaded(
      {},
      { dataset: 'bars-and-stripes', flatten: true },
      { fit: { k_fold: 4, fold: 2 } },
    )
    expect(read.form.rows).toMatchObject({ train: 24, validation: 8 })
    expect(read.validation.count).toBe(8)
  })

  test('by a hash leave out the rows of the test', async () => {
    const seen: number[] = []
    for (const fold of [1, 2, 3]) {
      const { data: read } = await loaded(
        files,
        { ...data, split: { hash: 'x' }, test: 0.3 },
        { ...REGRESSION, fit: { k_fold: 3, fold } },
      )
      seen.push(...valuesIn(read.validation)['x:features']!)
      expect(read.validation.count).toBeGreaterThan(1)
    }
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('without rows are refused before the first one is trained', async () => {
    expect(await problemsOf(files, { ...data, split: { group: 'g' } }, { ...REGRESSION, fit: { k_fold: 7 } })).toEqual([
      '/fit/k_fold: found 7, but fold 7 of a.csv has no rows; fewer folds have rows in each',
    ])
  })

  test('are at most as many as there are samples', async () => {
    const data = { dataset: 'bars-and-stripes', flatten: true }
    expect(await problemsOf({}, data, { fit: { k_fold: 33 } })).toEqual([
      '/fit/k_fold: found 33, must be at most 32, the number of samples of bars-and-stripes',
    ])
  })

  test('go with no other validation', async () => {
    expect(
      await problemsOf(
        files,
        { ...data, split: { by: 'g' }, validation: 'a.csv' },
        { fit: { k_fold: 3, fold: 4, validation_split: 0.1 } },
      ),
    ).toEqual([
      '/data/split/by: found "by" in addition to "k_fold"; folds can be "shuffled", "last" (consecutive), or by "group" or "hash"',
      '/data/validation: found a source in addition to "k_fold", which validates on each fold in turn',
      '/fit/fold: found 4, must be at most 3, the number of folds',
      '/fit/validation_split: found a share in addition to "k_fold", which validates on each fold in turn',
    ])
    expect(await problemsOf(files, data, { fit: { fold: 1 } })).toEqual([
      '/fit/fold: found 1, but there are folds only with "k_fold"',
    ])
  })
})
