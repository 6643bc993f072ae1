/** Classes, numbers and weights are mixed as the pictures of their samples are. */
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../../src/base/shape.js'
import { readRows, roomFor } from '../../../src/data/table.js'
import { npy } from '../../support/npy.js'
import { loaded, problemsOf } from '../../support/own-data.js'

describe('mixed samples', () => {
  const COUNT = 12
  const array = (shape: readonly number[], value: (row: number) => number) => {
    const width = sizeOf(shape)
    return npy([COUNT, ...shape], (at) => value(Math.floor(at / width)))
  }
  const files = {
    'x.npy': array([4, 4, 1], (row) => row % 3),
    'z.npy': array([4, 4, 1], (row) => row),
    'kind.npy': array([], (row) => row % 3),
    'size.npy': array([], (row) => row),
    'weight.npy': array([], (row) => row + 1),
  }
  const source = { x: 'x.npy', kind: 'kind.npy', size: 'size.npy', weight: 'weight.npy' }
  const NETWORK = {
    model: {
      type: 'Functional',
      layers: [
        { type: 'Flatten', name: 'flat', inputs: ['x'] },
        { type: 'Dense', units: 3, activation: 'softmax', name: 'kind', inputs: ['flat'] },
        { type: 'Dense', units: 1, name: 'size', inputs: ['flat'] },
      ],
    },
    loss: undefined,
    outputs: { kind: { loss: 'categorical_crossentropy', metrics: ['accuracy'] }, size: { loss: 'mse' } },
  }
  const spec = (augment: readonly unknown[], rest: object = {}) => ({
    source,
    features: { x: { type: 'array', augment } },
    targets: { kind: { type: 'class' }, size: { type: 'number' } },
    weight: 'weight',
    ...rest,
  })

  test.each([[['MixUp']], [['CutMix']], [['RandomFlip', 'MixUp', 'CutMix']]])(
    '%j: classes become probabilities, in which numbers and weights mix too',
    async (augment) => {
      const { data } = await loaded(files, spec(augment), NETWORK)
      expect(data.form.targets.kind).toEqual({ shape: [3], dtype: 'float32', divisor: 1, values: 'probability' })
      let mixed = 0
      for (const epoch of [1, 2, 3, 4]) {
        const rows = readRows(data.train, 0, COUNT, epoch)
        for (let row = 0; row < COUNT; row++) {
          const kinds = rows['y:kind']!.subarray(row * 3, row * 3 + 3)
          const picture = rows['x:x']!.subarray(row * 16, row * 16 + 16)
          expect(kinds[0]! + kinds[1]! + kinds[2]!).toBeCloseTo(1, 5)
          if (augment.length === 1 && augment[0] === 'MixUp') {
            for (const value of picture) expect(value).toBeCloseTo(kinds[1]! + 2 * kinds[2]!, 5)
          }
          expect(rows['weight:']![row]).toBeCloseTo(rows['y:size']![row]! + 1, 4)
          if (Math.max(...kinds) < 0.999) mixed++
        }
      }
      expect(mixed).toBeGreaterThan(4)
      const still = readRows(data.train, 0, COUNT, null)
      expect(new Set(still['y:kind'])).toEqual(new Set([0, 1]))
    },
  )

  test('the other sample is any training row, and none of another part', async () => {
    const { data } = await loaded(files, spec(['MixUp'], { split: 'last', test: 0.5 }), NETWORK)
    const largest = Math.max(
      ...[1, 2, 3, 4, 5, 6].flatMap((epoch) => Array.from(readRows(data.train, 0, 6, epoch)['y:size']!)),
    )
    expect(largest).toBeLessThanOrEqual(5)
    const sums = new Set([1, 2, 3, 4, 5, 6].map((epoch) => readRows(data.train, 0, 1, epoch)['y:size']![0]))
    expect(sums.size).toBeGreaterThan(2)
  })

  test('some fields can be read without the others', async () => {
    const { data } = await loaded(files, spec(['RandomFlip', 'MixUp']), NETWORK)
    const { train } = data
    const all = readRows(train, 0, COUNT, 1)
    for (const name of Object.keys(train.fields)) {
      const alone = readRows(train, 0, COUNT, 1, roomFor({ [name]: train.fields[name]! }, COUNT))
      expect(alone).toEqual({ [name]: all[name] })
    }
  })

  test('two features that mix are refused', async () => {
    const two = { x: { type: 'array', augment: ['MixUp'] }, z: { type: 'array', augment: ['CutMix'] } }
    const problems = await problemsOf(
      files,
      spec([], { source: { ...source, z: 'z.npy' }, features: two, output_mode: 'dict' }),
      NETWORK,
    )
    expect(problems).toContain(
      '/data/features/z/augment: found layers that mix samples, as in "x"; only one feature can have them',
    )
  })
})

test('pictures with gaps, and values that another feature draws anew, are refused', async () => {
  const array = npy([2, 2, 2])
  const files = { 'x.npy': array, 'z.npy': array, 'y.npy': npy([2]) }
  const features = {
    x: { type: 'array', augment: ['RandomFlip'], missing: 0 },
    z: { type: 'array', steps: [{ type: 'Binarize', method: 'sample_each_epoch' }] },
  }
  const data = {
    source: { x: 'x.npy', z: 'z.npy', y: 'y.npy' },
    features,
    target: { column: 'y', type: 'number' },
    output_mode: 'dict',
  }
  const network = {
    model: {
      type: 'Functional',
      layers: [{ type: 'Concatenate', inputs: ['x', 'z'], name: 'a' }, 'Flatten', { type: 'Dense', units: 1 }],
    },
    loss: 'mse',
  }
  expect(await problemsOf(files, data, network)).toEqual([
    '/data/features/x/missing: found a value for gaps, but pictures with gaps cannot be augmented; must be "error" or "drop"',
    '/data/features/z/steps: found "sample_each_epoch", which does not go with the augmentation of "x"; write "sample"',
  ])
})
