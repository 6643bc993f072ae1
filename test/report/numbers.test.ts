/** Numbers as Python's `%.4f` and `%.4e` print them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatDuration,
  formatMetric,
  formatMetricOfLine,
  formatMetrics,
  formatMilliseconds,
  formatRate,
  threeDigits,
} from '../../src/report/numbers.js'

// the right column was printed by Python 3
test.each([
  [0.2969, '0.2969'],
  [1, '1.0000'],
  [-0.5, '-0.5000'],
  [123.45675, '123.4567'],
  [0.0010001, '0.0010'],
  [0.001, '1.0000e-03'],
  [1.23456e-5, '1.2346e-05'],
  [-2.5e-7, '-2.5000e-07'],
  [1e-300, '1.0000e-300'],
  [0, '0.0000e+00'],
  [1e21, '1000000000000000000000.0000'],
  [-(2 ** 71), '-2361183241434822606848.0000'],
  [2 ** 96, '79228162514264337593543950336.0000'],
  [Number.NaN, 'nan'],
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
])('%d is %s', (value, text) => {
  expect(formatMetric(value)).toBe(text)
})

// `avg > 1e-3`, where the bar has `abs(avg) > 1e-3`
test.each([
  [0.2969, '0.2969'],
  [0.001, '1.0000e-03'],
  [-0.5, '-5.0000e-01'],
  [-52.8826, '-5.2883e+01'],
  [-2.5e-7, '-2.5000e-07'],
  [Number.NaN, 'nan'],
  [Number.NEGATIVE_INFINITY, '-inf'],
])('in the line of verbose 2, %d is %s', (value, text) => {
  expect(formatMetricOfLine(value)).toBe(text)
})

// accuracies of a batch of 32 lie half way between two numbers of four digits
test.each([
  [1 / 32, '0.0312'],
  [3 / 32, '0.0938'],
  [29 / 32, '0.9062'],
  [31 / 32, '0.9688'],
  [-29 / 32, '-0.9062'],
  [2 + 1 / 32, '2.0312'],
])('%d goes to the even digit: %s', (value, text) => {
  expect(formatMetric(value)).toBe(text)
})

test('four decimals are rounded to nearest', () => {
  const double = fc.double({ min: 2e-3, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(double, (value) => {
      expect(formatMetric(value)).toMatch(/^\d+\.\d{4}$/)
      expect(Math.abs(Number(formatMetric(value)) - value)).toBeLessThanOrEqual(0.00005 + value * Number.EPSILON)
    }),
  )
})

test('metrics in a row', () => {
  expect(formatMetrics({ loss: 0.2969, acc: 0.9092 })).toBe(' - loss: 0.2969 - acc: 0.9092')
})

test.each([
  [0.04, '0.0 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [41.2, '41 s'],
  [59.6, '1 min 0 s'],
  [185, '3 min 5 s'],
  [3599.6, '1 h 0 min'],
  [7825, '2 h 10 min'],
])('%d seconds: %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

describe('numbers of measurements', () => {
  test.each([
    [0, '0.00'],
    [0.2512, '0.25'],
    [9.994, '9.99'],
    [9.996, '10.0'],
    [53.84, '53.8'],
    [99.96, '100'],
    [538.4, '538'],
    [12345.6, '12346'],
  ])('%d is %s', (value, text) => {
    expect(threeDigits(value)).toBe(text)
    expect(formatMilliseconds(value)).toBe(`${text} ms`)
  })

  test.each([
    [2.5e5, '0.25 MB/s'],
    [29.3e6, '29.3 MB/s'],
    [999.6e6, '1.00 GB/s'],
    [1.271e9, '1.27 GB/s'],
    [104.4e9, '104 GB/s'],
    [3.35e12, '3.35 TB/s'],
  ])('%d a second is %s', (value, text) => expect(formatRate(value, 'B/s')).toBe(text))
})
