/** A loss says whether the target that it compares is a class or a number. */
import { expect, test } from 'vitest'
import { targetKindOf } from '../../src/spec/target-kinds.js'
import { resolveSpec } from '../support/spec.js'

const kindsOf = (spec: object, ...names: string[]) =>
  names.map(targetKindOf(resolveSpec({ layers: ['Flatten'], ...spec })))

test('of the only output', () => {
  expect(kindsOf({ loss: 'mse' }, 'price')).toEqual(['number'])
  expect(kindsOf({ loss: 'ce' }, 'price')).toEqual(['class'])
  expect(kindsOf({ loss: 'binary_crossentropy' }, 'price')).toEqual(['class'])
})

test('of the output that names it, or has its name', () => {
  const outputs = { a: { loss: 'mae', target: 'price' }, sold: { loss: 'ce' } }
  expect(kindsOf({ loss: undefined, outputs }, 'price', 'sold')).toEqual(['number', 'class'])
})

test('of the first output without a name, if several compare the only target', () => {
  expect(kindsOf({ loss: undefined, outputs: { a: { loss: 'mae' }, b: { loss: 'huber' } } }, 'price')).toEqual([
    'number',
  ])
  expect(
    kindsOf({ loss: undefined, outputs: { a: { loss: 'mae', target: 'input' }, b: { loss: 'ce' } } }, 'price'),
  ).toEqual(['class'])
})
