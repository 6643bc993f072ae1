import { expect, test } from 'vitest'
import { differences } from '../../src/run/differences.js'

test.each([
  ['equal values', [{ a: 1 }, { a: 1 }], []],
  ['a field', [{ fit: { epochs: 1, x: 2 } }, { fit: { epochs: 3, x: 2 } }], [['fit.epochs', [1, 3]]]],
  ['a field that one lacks', [{ a: 1 }, {}], [['a', [1, undefined]]]],
  ['null, which is a value', [{ a: null }, {}, { a: null }], [['a', [null, undefined, null]]]],
  [
    'lists of one length',
    [
      [{ u: 1 }, 2],
      [{ u: 3 }, 2],
    ],
    [['0.u', [1, 3]]],
  ],
  ['lists of several lengths', [{ l: [1] }, { l: [1, 2] }], [['l', [[1], [1, 2]]]]],
  ['values of two types', [{ a: 'adam' }, { a: { type: 'adam' } }], [['a', ['adam', { type: 'adam' }]]]],
  ['a key of every object', [JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":2}')], [['__proto__', [1, 2]]]],
])('differences of %s', (_, values, found) => {
  expect(differences(values).map(({ path, values }) => [path.join('.'), values])).toEqual(found)
})
