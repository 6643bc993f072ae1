/** The bar of Keras 3, exactly. Keras' own class printed the expected lines. */
import { stripVTControlCharacters as plain } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keras3 } from '../../src/report/keras3.js'
import type { Metrics } from '../../src/training/events.js'
import { startEvent } from '../export/sample-run.js'

const progress = (steps: number, step: number, elapsed: number, firstStep: number, metrics: Metrics) => ({
  start: { ...startEvent, stepsPerEpoch: steps },
  epoch: 1,
  step,
  samples: step,
  metrics,
  elapsed,
  firstStep,
})

const metrics = { loss: 0.2969, acc: 0.9092 }
const validated = { ...metrics, val_loss: 0.1136, val_acc: 0.964 }
const running = (...args: Parameters<typeof progress>) => plain(keras3.running(progress(...args), 200, true))

test('the time of the first step is used until there is a second', () => {
  expect(running(422, 1, 1.5, 1.5, metrics)).toBe(
    '  1/422 ━━━━━━━━━━━━━━━━━━━━ 10:31 2s/step - acc: 0.9092 - loss: 0.2969',
  )
  expect(running(422, 211, 2.97, 1.5, metrics)).toBe(
    '211/422 ━━━━━━━━━━━━━━━━━━━━ 1s 7ms/step - acc: 0.9092 - loss: 0.2969',
  )
})

test.each([
  [30 / 98, '  2/100 ━━━━━━━━━━━━━━━━━━━━ 30s 306ms/step'],
  [300 / 98, '  2/100 ━━━━━━━━━━━━━━━━━━━━ 5:00 3s/step'],
  [9000 / 98, '  2/100 ━━━━━━━━━━━━━━━━━━━━ 2:30:00 92s/step'],
  [0.00005, '  2/100 ━━━━━━━━━━━━━━━━━━━━ 0s 50us/step'],
  [0, '  2/100 ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step'],
])('steps of %d seconds', (seconds, line) => {
  expect(running(100, 2, seconds, 0, {})).toBe(line)
})

test('the end of an epoch', () => {
  const done = progress(422, 422, 4.447, 1.5, validated)
  expect(plain(keras3.finished(done, true))).toBe(
    '422/422 ━━━━━━━━━━━━━━━━━━━━ 4s 7ms/step - acc: 0.9092 - loss: 0.2969 - val_acc: 0.9640 - val_loss: 0.1136',
  )
  expect(keras3.line(done)).toBe(
    '422/422 - 4s - 11ms/step - acc: 0.9092 - loss: 0.2969 - val_acc: 0.9640 - val_loss: 0.1136',
  )
})

test('a number below 0 has an exponent in the line, none in the bar', () => {
  const done = progress(10, 10, 1.5, 0.5, { loss: -0.5 })
  expect(keras3.finished(done, false)).toMatch(/ - loss: -0.5000$/)
  expect(keras3.line(done)).toBe('10/10 - 2s - 150ms/step - loss: -5.0000e-01')
})

test('epochs have headings if there are several', () => {
  expect(keras3.begin(startEvent)).toEqual([])
  expect(keras3.heading(3, startEvent)).toBe('Epoch 3/100')
  expect(keras3.heading(1, { ...startEvent, epochs: 1 })).toBeNull()
})

describe('colour', () => {
  const half = progress(4, 2, 1, 0, {})

  test('the count and the time are bold, the done part is green', () => {
    const [bold, green, white] = ['\x1b[1m', '\x1b[32m', '\x1b[37m']
    expect(keras3.running(half, 80, true)).toBe(
      `${bold}2/4\x1b[22m ${green}━━━━━━━━━━\x1b[39m${white}━━━━━━━━━━\x1b[39m ${bold}2s\x1b[22m 1s/step`,
    )
  })

  test('without colour the rest of the bar is blank, and there are no codes', () => {
    expect(keras3.running(half, 80, false)).toBe('2/4 ━━━━━━━━━━           2s 1s/step')
    expect(keras3.finished(progress(4, 4, 3, 0, {}), false)).toBe('4/4 ━━━━━━━━━━━━━━━━━━━━ 3s 1s/step')
  })
})

test('a narrow window shortens the bar, then removes it, then cuts the end of the line', () => {
  const at = (width: number) => keras3.running(progress(422, 211, 2.97, 1.5, metrics), width, false)
  expect(at(69)).toBe('211/422 ━━━━━━━━━━           1s 7ms/step - acc: 0.9092 - loss: 0.2969')
  expect(at(59)).toBe('211/422 ━━━━━      1s 7ms/step - acc: 0.9092 - loss: 0.2969')
  expect(at(52)).toBe('211/422 1s 7ms/step - acc: 0.9092 - loss: 0.2969')
  expect(at(20)).toBe('211/422 1s 7ms/step ')
})

test('it fits every window, with colour or without', () => {
  const cases = fc.record({
    steps: fc.integer({ min: 1, max: 1e5 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    width: fc.integer({ min: 1, max: 120 }),
    loss: fc.double(),
  })
  fc.assert(
    fc.property(cases, fc.boolean(), ({ steps, part, width, loss }, color) => {
      const done = progress(steps, Math.max(1, Math.floor(steps * part)), 30, 1, { loss })
      expect(plain(keras3.running(done, width, color)).length).toBeLessThanOrEqual(width)
    }),
  )
})
