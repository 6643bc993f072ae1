/** Flattening makes a vector of each sample. */
import { expect, test } from 'vitest'
import { soleInput } from '../../../src/base/form.js'
import { flatten } from '../../../src/data/steps/flatten.js'
import { formOfData } from '../../support/data.js'
import { resolveData } from '../../support/spec.js'

test('the shape becomes that of a vector, and values stay the same array', () => {
  const given = soleInput(formOfData(resolveData('mnist')))
  expect(flatten.column(given, null)).toEqual({ ...given, shape: [784] })
  const values = new Uint8Array(784)
  expect(flatten.apply(values, given, null, { source: 0, chain: 0, row: 0 })).toBe(values)
})
