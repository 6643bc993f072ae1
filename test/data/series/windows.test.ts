/** Windows over series of own data. */
import { describe, expect, test } from 'vitest'
import { batches } from '../../../src/data/batches.js'
import { kerasFixture } from '../../support/keras.js'
import { ownCache } from '../../support/own-cache.js'
import { loaded, openOwnSpec, problemsOf, REGRESSION, valuesIn } from '../../support/own-data.js'

ownCache()

const { windows } = kerasFixture('series')

const model = (units: number | 'auto' = 'auto') => ({
  ...REGRESSION,
  model: { type: 'Sequential', layers: [{ type: 'Flatten' }, { type: 'Dense', units }] },
})

const csv = (header: string, rows: readonly (readonly (number | string)[])[]): string =>
  `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`

const counted = <Made>(count: number, make: (index: number) => Made): Made[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** One series: the value of row r is r, and its target is 100 + r. */
const line = (count: number) => ({
  'a.csv': csv(
    't,v,y',
    counted(count, (row) => [row, row, 100 + row]),
  ),
})
const LINE = { source: 'a.csv', features: { v: 'float' }, target: 'y' }
const W3 = { sequence_length: 3 }

describe('equal to timeseries_dataset_from_array', () => {
  test.each(windows)('$rows rows, $window', async ({ rows, window, x, y, count }) => {
    const files = {
      'a.csv': csv(
        'a,b,y',
        counted(rows, (row) => [10 * row, row / 4, -row]),
      ),
    }
    const data = { source: 'a.csv', features: { a: 'float', b: 'float' }, target: 'y', window }
    for (const cache of ['memory', 'disk']) {
      const { data: read } = await loaded(files, { ...data, cache }, model())
      expect(read.form.rows.train).toBe(count)
      expect(read.train.count).toBe(count)
      const values = valuesIn(read.train)
      expect(values['x:features']).toEqual(x)
      expect(values['y:y']).toEqual(y.map((value) => value + 0))
    }
  })

  test('a window of all rows but the target is the only one; one row more is too long', async () => {
    const { data } = await loaded(line(9), { ...LINE, window: { sequence_length: 8 } }, model())
    expect(valuesIn(data.train)).toEqual({ 'x:features': [0, 1, 2, 3, 4, 5, 6, 7], 'y:y': [108] })
    expect(await problemsOf(line(9), { ...LINE, window: { sequence_length: 9 } }, model())).toEqual([
      '/data/window: a.csv: the series has 9 rows to train on, but a window with its target needs 10; make the window shorter, or give this part more rows',
    ])
  })
})

describe('parts', () => {
  test('the last rows of each series validate and test, and no window crosses a border', async () => {
    const rows = [...counted(20, (t) => ['a', t, t, t]), ...counted(10, (t) => ['b', t, 100 + t, 100 + t])]
    const data = {
      ...{ source: 'a.csv', features: { v: 'float' }, target: 'y', test: 0.2 },
      window: { ...W3, group: 'g', order_by: 't' },
    }
    const files = { 'a.csv': csv('g,t,v,y', rows) }
    for (const cache of ['memory', 'disk']) {
      const { data: read } = await loaded(files, { ...data, cache }, { ...model(), fit: { validation_split: 0.25 } })
      expect(valuesIn(read.train)['y:y']).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 103, 104, 105])
      // 12 to 15 and, in the other series, 106 and 107, which are too few
      expect(valuesIn(read.validation)).toEqual({ 'x:features': [12, 13, 14], 'y:y': [15] })
      expect(valuesIn(read.test)).toEqual({ 'x:features': [16, 17, 18], 'y:y': [19] })
    }
  })

  test('rows are sorted within their groups, in memory and in a pack', async () => {
    const mixed = [5, 0, 3, 1, 4, 2].flatMap((t) => [
      ['b', 10 + t, 10 + t, t],
      ['a', t, t, t],
    ])
    const data = {
      ...{ source: 'a.csv', features: { v: 'float' }, target: 'y' },
      window: { sequence_length: 2, horizon: 2, group: 'g', order_by: 't' },
    }
    for (const cache of ['memory', 'disk']) {
      // the second time the pack is opened without the source
      for (const _ of [1, 2]) {
        const { data: read } = await loaded({ 'a.csv': csv('g,v,y,t', mixed) }, { ...data, cache }, model())
        expect(valuesIn(read.train)).toEqual({
          'x:features': [10, 11, 11, 12, 12, 13, 0, 1, 1, 2, 2, 3],
          'y:y': [13, 14, 15, 3, 4, 5],
        })
      }
    }
  })

  test('by a column of dates, the last windows of all series validate', async () => {
    const day = (t: number) => `2024-01-${String(t + 1).padStart(2, '0')}`
    const rows = counted(10, (t) => t).flatMap((t) => [
      ['a', day(t), t, t],
      ['b', day(t), 100 + t, 100 + t],
    ])
    const data = {
      ...{ source: 'a.csv', features: { v: 'float' }, target: 'y', split: { by: 'd' } },
      window: { sequence_length: 2, group: 'g', order_by: 'd' },
    }
    const rest = { ...model(), fit: { validation_split: 0.3 } }
    const { data: read, open } = await loaded({ 'a.csv': csv('g,d,v,y', rows) }, data, rest)
    expect(valuesIn(read.train)['y:y']).toEqual([2, 3, 4, 5, 6, 102, 103, 104, 105, 106])
    expect(valuesIn(read.validation)['y:y']).toEqual([9, 109])
    expect(open.decided[0]).toMatch(/10 windows to train, 2 to validate, each of 2 rows, by the order of "d"/)
  })

  test('folds are consecutive rows of each series', async () => {
    const fit = { fit: { k_fold: 2, fold: 2 } }
    const { data: read } = await loaded(line(12), { ...LINE, window: W3 }, { ...model(), ...fit })
    expect(valuesIn(read.train)['y:y']).toEqual([103, 104, 105])
    expect(valuesIn(read.validation)['y:y']).toEqual([109, 110, 111])
    const first = await loaded(line(12), { ...LINE, window: W3 }, { ...model(), fit: { k_fold: 3, fold: 2 } }).catch(
      String,
    )
    // a window of three rows and its target are as long as a fold
    expect(first).toMatchObject({ data: { form: { rows: { train: 2, validation: 1 } } } })
  })

  test('a source of its own for validation has windows of its own', async () => {
    const files = { ...line(8), 'b.csv': line(6)['a.csv'] }
    const { data } = await loaded(files, { ...LINE, validation: 'b.csv', window: W3 }, model())
    expect(data.form.rows).toEqual({ train: 5, validation: 3, test: 0 })
    expect(valuesIn(data.validation)['y:y']).toEqual([103, 104, 105])
  })

  test('no window crosses a gap in time', async () => {
    const times = ['00:00', '01:00', '02:00', '03:00', '06:00', '07:00', '08:00']
    const rows = times.map((time, row) => [`2024-01-01 ${time}`, row, row])
    const data = { source: 'a.csv', features: { v: 'float' }, target: 'y' }
    const window = { sequence_length: 2, order_by: 't', max_gap: 3600 }
    const { data: read } = await loaded({ 'a.csv': csv('t,v,y', rows) }, { ...data, window }, model())
    expect(valuesIn(read.train)).toEqual({ 'x:features': [0, 1, 1, 2, 4, 5], 'y:y': [2, 3, 6] })
  })
})

describe('targets', () => {
  test('several steps of several columns are rows of an array', async () => {
    const data = { ...LINE, target: { columns: ['v', 'y'] }, window: { ...W3, horizon: { from: 1, to: 2 } } }
    const { data: read, open } = await loaded(line(6), data, model())
    expect(open.form.targets.target!.shape).toEqual([2, 2])
    expect(valuesIn(read.train)['y:target']).toEqual([3, 103, 4, 104, 4, 104, 5, 105])
  })

  test('a class', async () => {
    const files = {
      'a.csv': csv(
        'v,y',
        counted(9, (row) => [row, 'abc'[row % 3]!]),
      ),
    }
    const layers = [{ type: 'Flatten' }, { type: 'Dense', units: 'auto', activation: 'softmax' }]
    const { data } = await loaded(
      files,
      { ...LINE, window: { sequence_length: 2 } },
      { model: { type: 'Sequential', layers } },
    )
    expect(valuesIn(data.train)['y:y']).toEqual([2, 0, 1, 2, 0, 1, 2])
  })

  test('without a target no row is kept for one', async () => {
    const layers = [
      { type: 'Flatten', inputs: 'features' },
      { type: 'Dense', name: 'again', units: 3 },
    ]
    const rest = {
      model: { type: 'Functional', layers },
      loss: undefined,
      outputs: { again: { loss: 'mse', target: 'input' } },
    }
    const { data } = await loaded(line(5), { ...LINE, target: null, window: W3 }, rest)
    expect(valuesIn(data.train)).toEqual({ 'x:features': [0, 1, 2, 1, 2, 3, 2, 3, 4] })
  })

  test('the weight of a window is that of the row of its target', async () => {
    const { data } = await loaded(line(6), { ...LINE, weight: 't', window: W3 }, model())
    expect(valuesIn(data.train)['weight:']).toEqual([3, 4, 5])
  })

  test('a class without a window to train on is an error', async () => {
    const files = {
      'a.csv': csv(
        'v,y',
        counted(9, (row) => [row, row < 2 ? 'early' : 'ab'[row % 2]!]),
      ),
    }
    const layers = [{ type: 'Flatten' }, { type: 'Dense', units: 'auto', activation: 'softmax' }]
    expect(await problemsOf(files, { ...LINE, window: W3 }, { model: { type: 'Sequential', layers } })).toEqual([
      expect.stringMatching(/^\/data\/target: target "y": no row of class "early" is left to train on/),
    ])
  })
})

test('steps learn from the rows of training windows alone', async () => {
  // a series that is too short, the last target, and the validation rows have other values
  const rows = [
    ...counted(2, (t) => ['short', t, 900, 0]),
    ...counted(7, (t) => ['a', t, t < 4 ? t : 500, 0]),
    ...[7, 8, 9, 10, 11].map((t) => ['a', t, 700, 0]),
  ]
  const data = {
    ...{ source: 'a.csv', features: { v: { type: 'float', steps: ['MinMax'] } }, target: 'y' },
    window: { sequence_length: 2, sequence_stride: 2, horizon: 3, group: 'g', order_by: 't' },
  }
  const { data: read } = await loaded({ 'a.csv': csv('g,t,v,y', rows) }, data, {
    ...model(),
    fit: { validation_split: 0.4 },
  })
  // windows of rows 0 and 1, 2 and 3, with targets in rows 4 and 6
  expect(valuesIn(read.train)['x:features']!.map((value) => Math.fround(3 * value))).toEqual([0, 1, 2, 3])
})

test('a shuffled batch has windows with their own targets', async () => {
  const { data } = await loaded(line(100), { ...LINE, window: W3 }, model())
  let seen = 0
  for await (const { size, arrays } of batches(data.train, { batchSize: 8, shuffle: { seed: 1, epoch: 1 } })) {
    for (let at = 0; at < size; at++) {
      const [x, y] = [arrays['x:features']!.subarray(3 * at, 3 * at + 3), arrays['y:y']![at]!]
      expect([...x]).toEqual([y - 103, y - 102, y - 101])
    }
    seen += size
  }
  expect(seen).toBe(97)
})

test('windows of a pack are fetched ahead block by block, and are those in memory', async () => {
  const read = async (cache: string) => {
    const { data } = await loaded(line(8000), { ...LINE, cache, window: { sequence_length: 100 } }, model())
    const seen: number[] = []
    const shuffle = { seed: 1, epoch: 1, window: 1 }
    for await (const { size, arrays } of batches(data.train, { batchSize: 64, shuffle })) {
      for (let at = 0; at < size; at++) {
        const [x, y] = [arrays['x:features']!, arrays['y:y']![at]!]
        expect([x[100 * at], x[100 * at + 99]]).toEqual([y - 200, y - 101])
        seen.push(y)
      }
    }
    return seen
  }
  const memory = await read('memory')
  expect(new Set(memory).size).toBe(7900)
  expect(await read('disk')).toEqual(memory)
})

describe('what is refused', () => {
  const refused = (data: object, files: Record<string, string> = line(20)) =>
    problemsOf(files, { ...LINE, window: W3, ...data }, model())

  test('a value of order_by that two rows have', async () => {
    const rows = [0, 1, 2, 1, 4, 5].map((t, row) => [t, row, row])
    expect(await refused({ window: { ...W3, order_by: 't' } }, { 'a.csv': csv('t,v,y', rows) })).toEqual([
      '/data/window/order_by: row 4 of a.csv, column "t": found "1", which row 2 has too, must be there once in the series; "group" names the column that tells several series apart',
    ])
  })

  test('a window that is longer than any series', async () => {
    const window = { sequence_length: 2147483647, sampling_rate: 2147483647, sequence_stride: 2147483647 }
    expect(await refused({ window })).toEqual([
      expect.stringMatching(
        /^\/data\/window: a\.csv: the series has 20 rows to train on, but a window with its target/,
      ),
    ])
  })

  test('a value of order_by that has no order', async () => {
    const files = { 'a.csv': csv('t,v,y', [...counted(5, (t) => [t, t, t]), ['soon', 5, 5]]) }
    expect(await refused({ window: { ...W3, order_by: 't' } }, files)).toContain(
      '/data/window/order_by: row 6 of a.csv, column "t": found "soon", must be a number or a date such as 2024-12-31 or 2024-12-31T23:59:59Z, in all rows alike',
    )
  })

  test('a day that its month does not have', async () => {
    const days = ['2024-02-28', '2024-02-29', '2024-02-30', '2024-03-01', '2024-03-02', '2024-03-03']
    const files = {
      'a.csv': csv(
        't,v,y',
        days.map((day, row) => [day, row, row]),
      ),
    }
    expect(await refused({ window: { ...W3, order_by: 't' } }, files)).toContainEqual(
      expect.stringContaining('row 3 of a.csv, column "t": found "2024-02-30", must be a number or a date'),
    )
  })

  test.each<[string, object, string]>([
    [
      'rows drawn at random',
      { split: 'shuffled' },
      '/data/split: found "shuffled", but a window needs rows that follow',
    ],
    ['a hash of rows', { split: { hash: 'v' } }, '/data/split/hash: found "v", but a window needs rows that follow'],
    [
      'rows that are left out',
      { missing: 'drop' },
      '/data/missing: found "drop", but a series without some of its rows',
    ],
    [
      'an unknown column',
      { window: { ...W3, order_by: 'time' } },
      '/data/window/order_by: found "time", which is not a',
    ],
    [
      'a range that falls',
      { window: { ...W3, horizon: { from: 3, to: 1 } } },
      '/data/window/horizon/to: found 1, must',
    ],
    [
      'a list that falls',
      { window: { ...W3, horizon: [1, 3, 2] } },
      '/data/window/horizon/2: found 2 after 3, must rise',
    ],
    [
      'a huge range',
      { window: { ...W3, horizon: { from: 1, to: 2e9 } } },
      '/data/window/horizon/to: found 2000000000, must',
    ],
    ['a gap without order', { window: { ...W3, max_gap: 1 } }, '/data/window/max_gap: found a gap, but no "order_by"'],
    [
      'one weight for several targets',
      { weight: 't', window: { ...W3, horizon: [1, 2] } },
      '/data/weight: found a weight',
    ],
    [
      'pictures that change at random',
      { features: { v: { type: 'image', augment: ['RandomFlip'] } } },
      '/data/features/v/augment: found layers, but samples of several rows cannot be augmented',
    ],
    ['windows and sequences', { sequence: { group: 't' } }, '/data/sequence: found "sequence" in addition to "window"'],
  ])('%s', async (_, data, message) => {
    expect(await refused(data)).toEqual([expect.stringContaining(message)])
  })

  test('parts that have rows and no window', async () => {
    const rest = { ...model(), fit: { validation_split: 0.1 } }
    expect(await problemsOf(line(20), { ...LINE, window: W3, test: 0.1 }, rest)).toEqual([
      expect.stringContaining('/data/window: a.csv: the series has 2 rows to validate on, but a window with its'),
      expect.stringContaining('/data/window: a.csv: the series has 2 rows for the test, but a window with its'),
    ])
  })
})

test('the spec of a run decides nothing again', async () => {
  const { spec } = await openOwnSpec(line(20), { ...LINE, window: W3 }, model())
  expect(spec.data).toMatchObject({
    split: 'last',
    window: { sequence_length: 3, sequence_stride: 1, sampling_rate: 1, horizon: 1, group: null },
  })
})
