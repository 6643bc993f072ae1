/** Numbers and names come out as Python prints them. */
import { describe, expect, test } from 'vitest'
import {
  fillTemplate,
  fixed,
  type Piece,
  parseTemplate,
  placesOf,
  problemOfPlace,
  pythonFloat,
} from '../../src/base/python-format.js'

/** Python 3: repr(x). */
test.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-3, '-3.0'],
  [0.1, '0.1'],
  [1 / 3, '0.3333333333333333'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1.5e-7, '1.5e-07'],
  [1e-100, '1e-100'],
  [123456789.125, '123456789.125'],
  [9999999999999998, '9999999999999998.0'],
  [1e16, '1e+16'],
  [1.5e300, '1.5e+300'],
  [Number.NaN, 'nan'],
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
])('repr(%s) is %s', (value, text) => {
  expect(pythonFloat(value)).toBe(text)
})

/** Python 3: format(x, '.2f'). */
test.each([
  [0.125, 2, '0.12'],
  [0.375, 2, '0.38'],
  [-0.125, 2, '-0.12'],
  [0.5, 0, '0'],
  [1.5, 0, '2'],
  [2.675, 2, '2.67'],
  [1e22, 1, '10000000000000000000000.0'],
])('%s with %i digits is %s', (value, digits, text) => {
  expect(fixed(value, digits)).toBe(text)
})

describe('names with places', () => {
  const values = { epoch: 7, batch: 12, loss: 0.125, val_loss: 1234.5, nan: Number.NaN, down: -1.5 }
  const filled = (text: string) => fillTemplate(parseTemplate(text) as readonly Piece[], values, ['epoch', 'batch'])

  /** Python 3: text.format(**values). */
  test.each([
    ['plain', 'plain'],
    ['{epoch}', '7'],
    ['{epoch:02d}-{val_loss:.2f}', '07-1234.50'],
    ['{epoch:3d}|{epoch:03}|{epoch:.1f}', '  7|007|7.0'],
    ['{loss}|{loss:.2f}|{loss:8.1e}', '0.125|0.12| 1.2e-01'],
    ['{nan:.2f}|{nan:06.1f}', 'nan|000nan'],
    ['{down:07.2f}', '-001.50'],
    ['{{{batch}}}', '{12}'],
  ])('%s', (text, expected) => {
    expect(filled(text)).toBe(expected)
  })

  test.each(['{', '}', '{epoch', '{}', '{epoch:2x}', '{epoch!r}', '{a[0]}', '{loss:>8}'])('%s is refused', (text) => {
    expect(parseTemplate(text)).toHaveProperty('problem')
  })

  test.each([
    ['{loss:d}', false],
    ['{epoch:d}', true],
    ['{loss:.3}', false],
    ['{loss:.3f}', true],
  ])('%s: a place fits its number: %s', (text, fits) => {
    const [place] = placesOf(parseTemplate(text) as readonly Piece[])
    expect(problemOfPlace(place!, place!.key === 'epoch') === undefined).toBe(fits)
  })
})
