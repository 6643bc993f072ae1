/** Grey values become 0 and 1 as in the spec, the same ones for the same seed. */
import { describe, expect, test } from 'vitest'
import type { Field } from '../../../src/base/field.js'
import { soleInput } from '../../../src/base/form.js'
import { type BatchOptions, batches } from '../../../src/data/batches.js'
import { nothingLearnt, tableOf } from '../../../src/data/preparation.js'
import { memorySource } from '../../../src/data/sources/source.js'
import { BINARIZE, type Binarization } from '../../../src/data/steps/binarize.js'
import type { Table } from '../../../src/data/table.js'
import { BINARIZATIONS } from '../../../src/spec/binarizations.js'
import { formOfData, splitLast, storedOf, X } from '../../support/data.js'
import { readText } from '../../support/read-spec.js'
import { resolveData } from '../../support/spec.js'

const WIDTH = 27
const COUNT = 400
/** Every sample has the same greys, as bytes or as numbers. */
const greys = Array.from({ length: WIDTH }, (_, index) => Math.round((index / (WIDTH - 1)) * 255))
const FIELDS = {
  bytes: { shape: [WIDTH], dtype: 'uint8', divisor: 255, values: 'grey' },
  floats: { shape: [WIDTH], dtype: 'float32', divisor: 1, values: 'grey' },
} as const satisfies Record<string, Field>

const valuesOf = (kind: keyof typeof FIELDS, count: number) => {
  const values = Array.from({ length: count }, () => greys).flat()
  return kind === 'bytes' ? Uint8Array.from(values) : Float32Array.from(values, (value) => value / 255)
}

/** The values that a step would see, sample by sample in their own order. */
async function shown(table: Table, pass: Partial<BatchOptions> = {}) {
  const { divisor } = table.fields[X]!
  const rows: number[][] = []
  for await (const { size, arrays } of batches(table, { batchSize: 64, ...pass })) {
    for (let row = 0; row < size; row++) {
      const values = arrays[X]!.subarray(row * WIDTH, (row + 1) * WIDTH)
      rows.push(Array.from(values, (value) => value / divisor))
    }
  }
  return rows
}

const means = (rows: readonly number[][]) =>
  greys.map((_, element) => rows.reduce((sum, row) => sum + row[element]!, 0) / rows.length)

/** Shares of ones follow the greys: each within 5 standard deviations, and black and white without exception. */
function expectDrawn(rows: readonly number[][]) {
  expect(rows.flat().every((value) => value === 0 || value === 1)).toBe(true)
  for (const [element, mean] of means(rows).entries()) {
    const p = greys[element]! / 255
    expect(Math.abs(mean - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / rows.length))
  }
}

describe.each(['bytes', 'floats'] as const)('of %s', (kind) => {
  const field = FIELDS[kind]
  const made = async (how: Binarization, { seed = 1, source = 0, count = COUNT } = {}) => {
    const plans = { [X]: [{ column: 'x', steps: [BINARIZE[how](seed)] }] }
    const given = memorySource({ x: field }, count, { x: valuesOf(kind, count) })
    return tableOf(plans, given, source, nothingLearnt(plans))
  }
  const ofTest = { source: 1, count: COUNT / 2 }

  test('threshold', async () => {
    const table = await made('threshold')
    expect(table.fields[X]).toEqual({ shape: [WIDTH], dtype: 'uint8', divisor: 1, values: 'binary' })
    expect((await shown(table))[7]).toEqual(greys.map((grey) => (grey >= 127.5 ? 1 : 0)))
  })

  test('sample is drawn once, and kept as bytes', async () => {
    const table = await made('sample')
    expect(table.fields[X]).toEqual({ shape: [WIDTH], dtype: 'uint8', divisor: 1, values: 'binary' })
    const rows = await shown(table)
    expectDrawn(rows)
    expect(await shown(table, { epoch: 2 })).toEqual(rows)
    expect(await shown(await made('sample'))).toEqual(rows)
    expect(await shown(await made('sample', { seed: 2 }))).not.toEqual(rows)
    expect(await shown(await made('sample', ofTest))).not.toEqual(rows.slice(0, COUNT / 2))
  })

  test('sample_each_epoch is drawn again', async () => {
    const table = await made('sample_each_epoch')
    expect(table.fields[X]).toEqual({ ...field, values: 'binary' })
    expect(storedOf(table).x).toEqual(valuesOf(kind, COUNT))
    const epochs = await Promise.all([1, 2].map((epoch) => shown(table, { epoch })))
    for (const rows of epochs) expectDrawn(rows)
    expect(epochs[0]).not.toEqual(epochs[1])
    expect(await shown(table, { epoch: 1, batchSize: 7 })).toEqual(epochs[0])
    expect(await shown(await made('sample_each_epoch', { seed: 2 }), { epoch: 1 })).not.toEqual(epochs[0])
    // what is drawn once is what `sample` draws
    expect(await shown(await made('sample_each_epoch', ofTest))).toEqual(await shown(await made('sample', ofTest)))
  })

  test('a sample has the same draw at any position', async () => {
    const table = await made('sample_each_epoch')
    const rows = await shown(table, { epoch: 3 })
    const mixed = await shown(table, { epoch: 3, shuffle: { seed: 1, epoch: 3 } })
    expect(mixed).not.toEqual(rows)
    expect(mixed.map(String).toSorted()).toEqual(rows.map(String).toSorted())
    const { validation } = splitLast(table, 0.1)
    expect(await shown(validation, { epoch: 3 })).toEqual(rows.slice(-COUNT / 10))
  })

  test('probability leaves values as they are, and declares them so', async () => {
    const table = await made('probability')
    expect(table.fields[X]).toEqual({ ...field, values: 'probability' })
    expect(storedOf(table).x).toEqual(valuesOf(kind, COUNT))
  })
})

test('the form is known before the data is read', () => {
  const plain = soleInput(formOfData(resolveData({ dataset: 'mnist', flatten: true })))
  for (const binarize of Object.keys(BINARIZATIONS) as Binarization[]) {
    const form = formOfData(resolveData({ dataset: 'mnist', flatten: true, binarize }))
    expect(soleInput(form)).toEqual(BINARIZE[binarize](0).column(plain, null))
  }
  expect(plain).toEqual({ shape: [784], dtype: 'uint8', divisor: 255, values: 'grey' })
  expect(soleInput(formOfData(resolveData('go-positions'))).values).toBe('binary')
})

test('standardized values are no probabilities', () => {
  const data = { dataset: 'mnist', binarize: 'sample', standardize: true }
  const model = { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 10 }] }
  const { issues } = readText(JSON.stringify({ data, loss: 'sparse_categorical_crossentropy', model }))
  expect(issues.map(({ pointer, message }) => [pointer, message])).toEqual([
    ['/data/standardize', 'found true in addition to "binarize", but standardized values are not probabilities of a 1'],
  ])
})
