/** Data that an RBM cannot learn are refused in words. */
import { expect, test } from 'vitest'
import type { Field } from '../../../src/base/field.js'
import type { DataForm } from '../../../src/base/form.js'
import { checkRbm } from '../../../src/model/rbm/check-rbm.js'
import { specSchema, type UnsupervisedSpec } from '../../../src/spec/spec.js'
import { formOf } from '../../support/data.js'

const bits: Field = { shape: [4], dtype: 'uint8', divisor: 1, values: 'binary' }
const form = formOf({ ...bits, classes: 2, rows: { train: 8 } })
const number: Field = { shape: [], dtype: 'float32', divisor: 1, values: 'real' }

function issuesOf(data: DataForm, training: object = { algorithm: 'cd' }) {
  const spec = specSchema.parse({ name: 'test', data: 'mnist', model: { type: 'RBM', hidden_units: 2 }, training })
  return checkRbm(spec as unknown as UnsupervisedSpec, data).map(({ pointer, message }) => ({ pointer, message }))
}

const WITH_LABELS = { algorithm: 'cd', labels: 'generative' }

test('one input of binary values, with or without labels', () => {
  expect(issuesOf(form)).toEqual([])
  expect(issuesOf(form, WITH_LABELS)).toEqual([])
  expect(issuesOf({ ...form, targets: {} })).toEqual([])
  expect(issuesOf({ ...form, inputs: { on: { ...bits, shape: [] } } })).toEqual([])
})

test('several inputs', () => {
  const message =
    'an RBM has one input, but test has 2: "a", "b"; "output_mode": "concat" in "data" joins numbers to one input'
  expect(issuesOf({ ...form, inputs: { a: bits, b: bits } })).toEqual([{ pointer: '/data', message }])
})

test('weights of rows', () => {
  const message = 'found weights of rows, but every row counts the same for an RBM'
  expect(issuesOf({ ...form, weights: true })).toEqual([{ pointer: '/data/weight', message }])
})

test.each<[DataForm['targets'], string]>([
  [{}, 'test has no target'],
  [{ price: number }, 'target "price" of test is not a class'],
  [{ ...form.targets, price: number }, 'test has 2 targets, must have one: "y", "price"'],
])('labels, but the targets are %j', (targets, words) => {
  const message = `found labels to learn, but ${words}`
  expect(issuesOf({ ...form, targets }, WITH_LABELS)).toEqual([{ pointer: '/training/labels', message }])
})
