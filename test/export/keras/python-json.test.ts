/** JSON for Python. */
import { expect, test } from 'vitest'
import { pythonJson, Real } from '../../../src/export/keras/python-json.js'

test('a float has a point or an exponent, a whole number has none', () => {
  const values = [1, new Real(1), new Real(-0), new Real(0.5), new Real(1e-7), new Real(1e30)]
  expect(pythonJson(values)).toBe('[1, 1.0, 0.0, 0.5, 1e-7, 1e+30]')
})

test('everything else is as JSON has it', () => {
  const value = { a: [null, true, 'x"\n'], b: { c: {}, d: [] } }
  expect(JSON.parse(pythonJson(value))).toEqual(value)
})
