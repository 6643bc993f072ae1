/** Training rows are augmented anew in each epoch, and nothing but seed, layer, row and epoch decides how. */
import { describe, expect, test } from 'vitest'
import { batches } from '../../../src/data/batches.js'
import { loadData } from '../../../src/data/load.js'
import { readRows, type Table } from '../../../src/data/table.js'
import { formOfData, X, Y } from '../../support/data.js'
import { npy } from '../../support/npy.js'
import { loaded } from '../../support/own-data.js'
import { resolveData } from '../../support/spec.js'

const FLIP = { type: 'RandomFlip', mode: 'horizontal' }

const digits = (data: object, rest: object = {}) =>
  loadData({ data: resolveData({ dataset: 'digits', ...data }), seed: 0, fit: { validation_split: 0.2 }, ...rest })

/** Each row of an epoch, in the order of the table, from batches in another order. */
async function rowsOf(table: Table, epoch: number | undefined, batchSize = 100, isShuffled = true): Promise<string[]> {
  const { [Y]: labels } = readRows(table, 0, table.count, null)
  const rows: string[] = []
  const shuffle = isShuffled ? { seed: 3, epoch: epoch ?? 0 } : undefined
  for await (const { size, arrays } of batches(table, {
    batchSize,
    ...(epoch && { epoch }),
    ...(shuffle && { shuffle }),
  })) {
    const width = arrays[X]!.length / size
    for (let row = 0; row < size; row++) {
      rows.push(`${arrays[Y]![row]}: ${arrays[X]!.subarray(row * width, (row + 1) * width).join(' ')}`)
    }
  }
  expect(rows).toHaveLength(labels!.length)
  return isShuffled ? rows.toSorted() : rows
}

const mirrored = (row: ArrayLike<number>, edge: number) =>
  Array.from(row, (_, at) => row[Math.floor(at / edge) * edge + edge - 1 - (at % edge)]!)

describe('of a set that comes with the program', () => {
  test('about half of the digits are flipped, others in the next epoch', async () => {
    const plain = (await digits({})).train
    const { train } = await digits({ augment: [FLIP] })
    const before = readRows(plain, 0, 1000, null)[X]!
    const flips = [1, 2].map((epoch) => {
      const after = readRows(train, 0, 1000, epoch)[X]!
      return Array.from({ length: 1000 }, (_, row) => {
        const [own, made] = [before, after].map((values) => Array.from(values.subarray(row * 64, row * 64 + 64)))
        const flipped = mirrored(own!, 8)
        if (made!.every((value, at) => value === own![at])) return 0
        expect(made).toEqual(flipped)
        return 1
      })
    })
    for (const flip of flips) {
      const share = flip.reduce<number>((sum, one) => sum + one, 0) / 1000
      expect(Math.abs(share - 0.5)).toBeLessThan(0.06)
    }
    expect(flips[0]).not.toEqual(flips[1])
  })

  test('neither the size of batches nor their order changes a row', async () => {
    const { train } = await digits({ augment: [FLIP] })
    const first = await rowsOf(train, 1)
    expect(await rowsOf(train, 1, 7)).toEqual(first)
    expect((await rowsOf(train, 1, 1000, false)).toSorted()).toEqual(first)
    expect(await rowsOf(train, 2)).not.toEqual(first)
  })

  test('neither does the part of the rows that validates, nor a fold', async () => {
    const of = async (fit: object) => (await digits({ augment: [FLIP] }, { fit })).train
    const row = (table: Table, at: number) => readRows(table, at, 1, 5)[X]
    const whole = await of({ validation_split: 0 })
    const most = await of({ validation_split: 0.2 })
    const fold = await of({ validation_split: 0, k_fold: 5, fold: 1 })
    for (let at = 0; at < 20; at++) {
      expect(row(most, at)).toEqual(row(whole, at))
      expect(row(fold, at)).toEqual(row(whole, at + whole.count - fold.count))
    }
  })

  test('validation and test are not augmented, nor is what is read for no epoch', async () => {
    const [plain, made] = [await digits({}), await digits({ augment: ['RandomFlip'] })]
    for (const part of ['validation', 'test'] as const) {
      for (const epoch of [null, 1, 2]) {
        expect(readRows(made[part], 0, 50, epoch)).toEqual(readRows(plain[part], 0, 50, epoch))
      }
    }
    expect(readRows(made.train, 0, 50, null)).toEqual(readRows(plain.train, 0, 50, null))
    expect(await rowsOf(made.train, undefined)).toEqual(await rowsOf(plain.train, undefined))
  })

  test('another seed of the spec draws otherwise; a seed of the layer does not follow it', async () => {
    const first = async (augment: object, seed: number) =>
      readRows((await digits({ augment: [augment] }, { seed })).train, 0, 100, 1)[X]
    expect(await first(FLIP, 1)).not.toEqual(await first(FLIP, 2))
    expect(await first({ ...FLIP, seed: 9 }, 1)).toEqual(await first({ ...FLIP, seed: 9 }, 2))
    expect(await first({ ...FLIP, seed: 9 }, 1)).not.toEqual(await first({ ...FLIP, seed: 8 }, 1))
  })

  test('no sample keeps what another one used, whatever the layers', async () => {
    const augment = [
      'RandomFlip',
      { type: 'RandomRotation', factor: 0.2 },
      { type: 'RandomElasticTransform', factor: 1, scale: 1, value_range: [0, 1] },
      { type: 'RandomGaussianBlur', factor: 1, sigma: 1, value_range: [0, 1] },
      { type: 'RandomContrast', factor: 0.5, value_range: [0, 1] },
      { type: 'RandomInvert', factor: 0.5, value_range: [0, 1] },
      'MixUp',
      'CutMix',
    ]
    const { train } = await digits({ augment })
    const whole = readRows(train, 0, 100, 1)
    for (let row = 99; row >= 0; row--) {
      const alone = readRows(train, row, 1, 1)
      expect(alone[X]).toEqual(whole[X]!.slice(row * 64, row * 64 + 64))
      expect(alone[Y]).toEqual(whole[Y]!.slice(row * 10, row * 10 + 10))
    }
  })

  test('two flips draw independently of each other', async () => {
    const [one, two] = await Promise.all([[FLIP], [FLIP, FLIP]].map((augment) => digits({ augment })))
    const plain = readRows(one!.train, 0, 200, null)[X]
    const changed = (table: Table) => {
      const made = readRows(table, 0, 200, 1)[X]!
      return Array.from({ length: 200 }, (_, row) =>
        made.subarray(row * 64, row * 64 + 64).some((value, at) => value !== plain![row * 64 + at]),
      )
    }
    expect(changed(two!.train)).not.toEqual(changed(one!.train))
    expect(changed(two!.train)).toContain(true)
  })

  test('values are those of the set, 0 to 1, as float32', () => {
    const { inputs } = formOfData(resolveData({ dataset: 'mnist', augment: [FLIP] }))
    expect(inputs.x).toEqual({ shape: [28, 28], dtype: 'float32', divisor: 1, values: 'grey' })
  })

  describe('steps come after the layers', () => {
    test('what they learn is that of rows without augmentation', async () => {
      const steps = [{ type: 'MinMax', feature_range: [0, 1] }, 'SamplewiseCenter']
      const [plain, made] = [await digits({ steps }), await digits({ steps, augment: [FLIP] })]
      expect(readRows(made.validation, 0, 20, null)).toEqual(readRows(plain.validation, 0, 20, null))
      expect(readRows(made.train, 0, 20, null)).toEqual(readRows(plain.train, 0, 20, null))
      expect(readRows(made.train, 0, 20, 1)[X]).not.toEqual(readRows(plain.train, 0, 20, 1)[X])
    })

    test('a flat vector is made of the flipped picture', async () => {
      const [flat, made] = [await digits({ flatten: true, augment: [FLIP] }), await digits({ augment: [FLIP] })]
      expect(flat.form.inputs.x!.shape).toEqual([64])
      expect(readRows(flat.train, 0, 20, 1)[X]).toEqual(readRows(made.train, 0, 20, 1)[X])
    })

    test.each(['sample', 'sample_each_epoch'])('binarize %s draws by row, whatever the batch', async (binarize) => {
      const { form, train, validation } = await digits({ binarize, augment: [FLIP] })
      expect(form.inputs.x!.values).toBe('binary')
      const whole = readRows(train, 0, 60, 2)[X]!
      expect(new Set(whole)).toEqual(new Set([0, 1]))
      for (const row of [0, 17, 59]) {
        expect(readRows(train, row, 1, 2)[X]).toEqual(whole.slice(row * 64, row * 64 + 64))
      }
      expect(readRows(train, 0, 60, 3)[X]).not.toEqual(whole)
      expect(new Set(readRows(validation, 0, 60, 0)[X])).toEqual(new Set([0, 1]))
    })
  })
})

describe('of data of the user', () => {
  const COUNT = 40
  const files = { 'x.npy': npy([COUNT, 4, 5, 3], (at) => (at * 7) % 256), 'y.npy': npy([COUNT, 1], (at) => at % 2) }
  const spec = (augment: unknown, rest: object = {}) => ({
    source: { x: 'x.npy', y: 'y.npy' },
    features: { x: { type: 'array', augment, steps: ['Standardize'] } },
    target: { column: 'y', type: 'number' },
    test: 0.25,
    ...rest,
  })
  const NETWORK = {
    model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 1 }] },
    loss: 'mse',
    fit: { validation_split: 0.2 },
  }

  test('rows in memory and in a pack are the same, also when the pack is opened again', async () => {
    const read = async (cache: string) => (await loaded(files, spec([FLIP], { cache }), NETWORK)).data
    const memory = await read('memory')
    const packed = await read('disk')
    expect(packed.train.prefetch).toBeDefined()
    for (const part of ['train', 'validation', 'test'] as const) {
      expect(packed[part].fields).toEqual(memory[part].fields)
      for (const epoch of [null, 1, 2]) {
        const [one, other] = [memory, packed].map((data) => readRows(data[part], 0, data[part].count, epoch))
        expect(other).toEqual(one)
      }
    }
  })

  test('values of validation that are drawn once are those of a pack', async () => {
    const steps = [
      { type: 'Rescaling', scale: 1 / 256 },
      { type: 'Binarize', method: 'sample_each_epoch' },
    ]
    const drawn = { x: { type: 'array', augment: [FLIP], steps } }
    const read = async (cache: string) => (await loaded(files, spec([], { cache, features: drawn }), NETWORK)).data
    const [memory, packed] = [await read('memory'), await read('disk')]
    for (const part of ['train', 'validation', 'test'] as const) {
      for (const epoch of [0, 1]) {
        const [one, other] = [memory, packed].map((data) => readRows(data[part], 0, data[part].count, epoch))
        expect(new Set(one![X])).toEqual(new Set([0, 1]))
        expect(other).toEqual(one)
      }
    }
  })

  test('two features with the same seed of a layer move together', async () => {
    const both = { ...files, 'z.npy': files['x.npy'] }
    const features = (seed: number | null) => ({
      x: { type: 'array', augment: [{ ...FLIP, seed }] },
      z: { type: 'array', augment: [{ ...FLIP, seed }] },
    })
    const data = { ...spec([]), source: { x: 'x.npy', y: 'y.npy', z: 'z.npy' }, output_mode: 'dict' }
    const network = {
      model: {
        type: 'Functional',
        layers: [
          { type: 'Concatenate', name: 'both', inputs: ['x', 'z'] },
          { type: 'Flatten' },
          { type: 'Dense', units: 1 },
        ],
      },
      loss: 'mse',
    }
    for (const seed of [5, null]) {
      const { train } = (await loaded(both, { ...data, features: features(seed) }, network)).data
      const { 'x:x': x, 'x:z': z } = readRows(train, 0, train.count, 1)
      if (seed === null) expect(z).not.toEqual(x)
      else expect(z).toEqual(x)
    }
  })

  test('a vector is no picture', async () => {
    const flat = { ...files, 'x.npy': npy([COUNT, 6], (at) => at) }
    await expect(loaded(flat, spec(['RandomFlip']), NETWORK)).rejects.toThrow(
      'column "x": found rows (None, 6), must be (None, height, width) or (None, height, width, channels) for "augment"',
    )
  })
})
