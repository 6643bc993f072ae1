/** Expectations: parsing those of the command line, and checking them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Metrics } from '../../src/training/events.js'
import { checkExpectations, type Measured, parseExpectation } from '../../src/training/gate.js'

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
  type Expected = Parameters<typeof checkExpectations>[0]
  const runOf = (...epochs: Metrics[]): Measured => ({ epochs, restored: epochs.length, test: null, seconds: 10 })
  const check = (expected: Expected, found: Metrics) => checkExpectations(expected, [runOf(found)])
  const passes = (expected: Expected, found: Metrics) => check(expected, found).map(({ passed }) => passed)

  test('a value equal to its bound passes', () => {
    expect(passes({ acc: { min: 0.9, max: 0.9 } }, { acc: 0.9 })).toEqual([true, true])
  })

  test('each bound is a result of its own', () => {
    expect(check({ acc: { min: 0.9, max: 0.95 } }, { acc: 0.97 })).toEqual([
      { key: 'acc', bound: 'min', value: 0.9, at: 'restored', found: 0.97, passed: true },
      { key: 'acc', bound: 'max', value: 0.95, at: 'restored', found: 0.97, passed: false },
    ])
  })

  test('a metric that is missing fails, with nothing found', () => {
    expect(check({ val_acc: { min: 0 } }, { acc: 1 })).toEqual([
      { key: 'val_acc', bound: 'min', value: 0, at: 'restored', found: null, passed: false },
    ])
  })

  test('keys that every object inherits are missing too', () => {
    for (const key of ['constructor', 'toString', 'hasOwnProperty']) {
      for (const at of ['restored', 'last', 'best'] as const) {
        expect(check({ [key]: { min: 0, at } }, { acc: 1 })).toMatchObject([{ found: null, passed: false }])
      }
    }
  })

  test('NaN fails both bounds', () => {
    expect(passes({ loss: { min: -1e308, max: 1e308 } }, { loss: Number.NaN })).toEqual([false, false])
  })

  test('without expectations there are no results', () => {
    expect(check({}, { loss: 1 })).toEqual([])
  })

  const three = { ...runOf({ loss: 3, acc: 0.7 }, { loss: 1, acc: 0.9 }, { loss: 2, acc: 0.8 }), restored: 2 }
  test.each<[at: 'restored' | 'last' | 'best' | undefined, found: number]>([
    [undefined, 1],
    ['restored', 1],
    ['last', 2],
    ['best', 1],
  ])('at %s', (at, found) => {
    expect(checkExpectations({ loss: { max: 1.5, ...(at && { at }) } }, [three])).toEqual([
      { key: 'loss', bound: 'max', value: 1.5, at: at ?? 'restored', found, passed: found === 1 },
    ])
  })

  test('the best value is the largest for min, the smallest for max, and NaN only if all are', () => {
    const found = (...values: number[]) =>
      checkExpectations({ acc: { min: 0, max: 0, at: 'best' } }, [runOf(...values.map((acc) => ({ acc })))]).map(
        (one) => one.found,
      )
    expect(found(0.7, 0.9, 0.8)).toEqual([0.9, 0.7])
    expect(found(Number.NaN, 0.7, Number.NaN)).toEqual([0.7, 0.7])
    expect(found(Number.NaN)).toEqual([Number.NaN, Number.NaN])
  })

  test('a run without an epoch has nothing', () => {
    const expected = { acc: { min: 0 }, loss: { max: 9, at: 'last' as const }, mse: { max: 9, at: 'best' as const } }
    expect(checkExpectations(expected, [runOf()]).map(({ found }) => found)).toEqual([null, null, null])
  })

  test('the test and the seconds have no epoch', () => {
    const tested = { ...three, test: { acc: 0.85 } }
    expect(checkExpectations({ test_acc: { min: 0.8 }, seconds: { max: 9 } }, [tested])).toEqual([
      { key: 'test_acc', bound: 'min', value: 0.8, at: null, found: 0.85, passed: true },
      { key: 'seconds', bound: 'max', value: 9, at: null, found: 10, passed: false },
    ])
  })

  test('of folds: the mean of a measure, and the seconds of all', () => {
    const folds = [runOf({ acc: 0.5 }), runOf({ acc: 1 })]
    const found = checkExpectations({ acc: { min: 0.75 }, seconds: { max: 20 } }, folds)
    expect(found).toMatchObject([
      { found: 0.75, passed: true },
      { found: 20, passed: true },
    ])
    expect(checkExpectations({ acc: { min: 0 } }, [runOf({ acc: 1 }), runOf({})])).toMatchObject([{ found: null }])
  })
})
