/** Expectations: parsing those of the command line, and checking them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkExpectations, parseExpectation } from '../../src/training/gate.js'

describe('an expectation on the command line', () => {
  test.each([
    ['val_acc>=0.975', { key: 'val_acc', bound: 'min', value: 0.975 }],
    ['val_loss<=0.12', { key: 'val_loss', bound: 'max', value: 0.12 }],
    ['  test_loss  <=  -1.5e-3 ', { key: 'test_loss', bound: 'max', value: -0.0015 }],
  ])('%j', (text, parsed) => {
    expect(parseExpectation(text)).toEqual(parsed)
  })

  test('strict bounds and equality are refused; only >= and <= are allowed', () => {
    for (const sign of ['>', '<', '=', '==']) {
      expect(parseExpectation(`val_acc${sign}0.9`)).toEqual({ problem: `found ${sign}, must be >= or <=` })
    }
  })

  test.each(['', 'val_acc', 'val_acc>=', '>=0.9', 'val_acc>=high', 'val_acc>=NaN', 'val_acc<=Infinity', 'a>=0.1<=0.2'])(
    '%j is refused and shown',
    (text) => {
      expect(parseExpectation(text)).toEqual({
        problem: expect.stringContaining(`found ${JSON.stringify(text)}, must be`),
      })
    },
  )

  test('every finite number is read exactly', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('>=', '<='), (value, sign) => {
        expect(parseExpectation(`loss ${sign} ${value}`)).toMatchObject({ value: Number(String(value)) })
      }),
    )
  })

  test('any text gives an expectation or a problem', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseExpectation(text)
        expect('problem' in parsed || Number.isFinite(parsed.value)).toBe(true)
      }),
    )
  })
})

describe('found and expected values', () => {
  const passes = (expected: Parameters<typeof checkExpectations>[0], found: Record<string, number>) =>
    checkExpectations(expected, found).map(({ passed }) => passed)

  test('a value equal to its bound passes', () => {
    expect(passes({ acc: { min: 0.9, max: 0.9 } }, { acc: 0.9 })).toEqual([true, true])
  })

  test('each bound is a result of its own', () => {
    expect(checkExpectations({ acc: { min: 0.9, max: 0.95 } }, { acc: 0.97 })).toEqual([
      { key: 'acc', bound: 'min', value: 0.9, found: 0.97, passed: true },
      { key: 'acc', bound: 'max', value: 0.95, found: 0.97, passed: false },
    ])
  })

  test('a metric that is missing fails, with nothing found', () => {
    expect(checkExpectations({ val_acc: { min: 0 } }, { acc: 1 })).toEqual([
      { key: 'val_acc', bound: 'min', value: 0, found: null, passed: false },
    ])
  })

  test('keys that every object inherits are missing too', () => {
    for (const key of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(checkExpectations({ [key]: { min: 0 } }, { acc: 1 })).toMatchObject([{ found: null, passed: false }])
    }
  })

  test('NaN fails both bounds', () => {
    expect(passes({ loss: { min: -1e308, max: 1e308 } }, { loss: Number.NaN })).toEqual([false, false])
  })

  test('without expectations there are no results', () => {
    expect(checkExpectations({}, { loss: 1 })).toEqual([])
  })
})
