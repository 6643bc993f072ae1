/** A split leaves samples on both sides, and says which classes are on one side alone. */
import { describe, expect, test } from 'vitest'
import { checkSplit, warnOfSplit } from '../../src/data/check-split.js'
import { part } from '../../src/data/table.js'
import { formOf, formOfSpec, splitLast, tableOf } from '../support/data.js'
import { resolveSpec } from '../support/spec.js'

const check = (validation_split: number) => {
  const spec = resolveSpec({ layers: ['Flatten'], data: 'mnist-10k', fit: { validation_split } })
  return checkSplit(spec.fit, formOfSpec(spec)).map(({ message }) => message)
}

test('validation_split must leave samples on both sides', () => {
  expect([0, 0.1, 0.5, 0.9998].flatMap(check)).toEqual([])
  expect(check(0.99999)).toEqual(['found 0.99999, which leaves none of the 8000 samples of mnist-10k to train on'])
  expect(check(1e-17)).toEqual(['found 1e-17, which leaves none of the 8000 samples of mnist-10k to validate on'])
})

describe('a split of sorted labels', () => {
  const warned = (fraction: number, ...labels: number[]) => {
    const form = formOf({ shape: [1], classes: 20 })
    const table = tableOf(form, new Float32Array(labels.length), Int32Array.from(labels))
    const { fit } = resolveSpec({ layers: ['Flatten'], fit: { validation_split: fraction } })
    const data = { form, ...splitLast(table, fraction), test: part(table, 0, 0) }
    return warnOfSplit(fit, data).map(({ message }) => message)
  }

  test.each([
    ['on both sides', [2, 0, 1, 2, 0, 1], 0.5, []],
    ['in training alone', [2, 0, 1, 0, 1, 0], 0.5, ['found 0.5, which leaves no sample of class 2 to validate on']],
    [
      'on one side each',
      [0, 0, 1, 1, 2, 2],
      0.5,
      ['found 0.5, which leaves no sample of class 2 to train on and no sample of class 0 to validate on'],
    ],
    ['without validation', [0, 0, 1, 1], 0, []],
    [
      'of many classes',
      [...Array(20).keys()],
      0.5,
      [
        'found 0.5, which leaves no sample of classes 10, 11, 12, 13, 14, 15, 16, 17 and 2 more to train on and no sample of classes 0, 1, 2, 3, 4, 5, 6, 7 and 2 more to validate on',
      ],
    ],
  ])('%s', (_, labels, fraction, messages) => expect(warned(fraction, ...labels)).toEqual(messages))
})
