/** Memory that training surely needs is foreseen from the spec and the form of its data. */
import { expect, test } from 'vitest'
import type { DataForm } from '../../src/base/form.js'
import { UserError } from '../../src/base/issue.js'
import { requireRoomForRows } from '../../src/data/own/tables.js'
import { requireMemory, sureMemory } from '../../src/run/foresee.js'
import { type ResolvedSpec, specSchema } from '../../src/spec/spec.js'
import { resolveSpec } from '../support/spec.js'

const form: DataForm = {
  name: 'rows',
  inputs: { x: { shape: [100], dtype: 'float32', divisor: 1, values: 'binary' } },
  targets: { y: { shape: [10], dtype: 'float32', divisor: 1, values: 'real' } },
  weights: false,
  rows: { train: 900, validation: 100, test: 0 },
}
const layers = [
  { type: 'Dense', units: 1000, name: 'wide' },
  { type: 'Dense', units: 10, name: 'last' },
]
/** Bytes by what they are for. */
const parts = (spec: Parameters<typeof sureMemory>[0]) =>
  Object.fromEntries(sureMemory(spec, form).map(({ words, bytes }) => [words, bytes]))

test('weights with the slots of the optimizer, a batch, the largest output of a layer', () => {
  const weights = 4 * (101 * 1000 + 1001 * 10)
  expect(parts(resolveSpec({ layers, optimizer: 'Adam', fit: { batch_size: 50 } }))).toEqual({
    'weights and optimizer': 3 * weights,
    'the best weights': 0,
    'a batch of 50': 4 * 50 * 100,
    'the output of layer "wide" for a batch of 50': 4 * 50 * 1000,
  })
  const early_stopping = { monitor: 'loss', restore_best_weights: true }
  expect(parts(resolveSpec({ layers, early_stopping }))).toMatchObject({ 'the best weights': weights })
  const callbacks = [{ type: 'EarlyStopping', ...early_stopping }]
  expect(parts(resolveSpec({ layers, callbacks }))).toMatchObject({ 'the best weights': weights })
})

test('outputs of 16 bits', () => {
  const outputOf = (precision: string) =>
    parts(resolveSpec({ layers, precision }))['the output of layer "wide" for a batch of 32']
  expect(outputOf('mixed_bfloat16')).toBe(outputOf('float32')! / 2)
})

test('a batch has no more rows than there are', () => {
  expect(parts(resolveSpec({ layers, fit: { batch_size: 10_000 } }))).toHaveProperty('a batch of 900')
})

const stack = (...units: number[]) =>
  specSchema.parse({
    name: 'stack',
    data: 'mnist',
    model: {
      type: 'DBN',
      rbms: units.map((hidden_units) => ({ hidden_units, training: { algorithm: 'cd' }, batch_size: 1 })),
      fine_tune: null,
    },
  }) as ResolvedSpec

test('the data of the later RBMs of a stack: two at a time', () => {
  expect(parts(stack(300, 200, 5))).toEqual({
    'the data of RBM 2': 4 * 1000 * 300,
    'the data of RBM 3': 4 * 1000 * 200,
  })
  expect(parts(stack(200, 5))).toMatchObject({ 'the data of RBM 2': 4 * 1000 * 200 })
})

test('what cannot fit is refused, with the largest parts and what makes them smaller', () => {
  const refused = (spec: Parameters<typeof sureMemory>[0], free: number, message: string) =>
    expect(() => requireMemory(spec, form, free)).toThrow(new UserError(message))
  const spec = resolveSpec({ layers, optimizer: 'Adam', fit: { batch_size: 900 } })
  requireMemory(spec, form, 6e6)
  refused(
    spec,
    5e6,
    'Training needs at least 5.3 MB of memory; 5.0 MB are free. It needs 3.6 MB for the output of layer "wide" for a batch of 900, 1.3 MB for weights and optimizer, 360.0 kB for a batch of 900. Use a smaller batch_size, or a smaller output of that layer.',
  )
  refused(
    resolveSpec({ layers, optimizer: 'SGD', fit: { batch_size: 1 } }),
    1e5,
    'Training needs at least 448.4 kB of memory; 100.0 kB are free. It needs 444.0 kB for weights and optimizer, 4.0 kB for the output of layer "wide" for a batch of 1, 400 bytes for a batch of 1. Use a smaller layer "wide".',
  )
})

test('rows that are to lie in memory and do not fit are refused', () => {
  requireRoomForRows(1e9, 1e9)
  expect(() => requireRoomForRows(5.1e9, 3.2e9)).toThrow(
    'The prepared rows need 5.10 GB of memory; 3.20 GB are free. Write "cache": "disk" in "data": then they lie in a file.',
  )
})
