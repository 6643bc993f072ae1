/** The bar of Keras 1.2.2, exactly. Keras' own class printed the expected lines. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keras1 } from '../../src/report/keras1.js'
import type { Metrics } from '../../src/training/events.js'
import { startEvent } from '../export/sample-run.js'

const progress = (target: number, samples: number, elapsed: number, metrics: Metrics) => ({
  start: { ...startEvent, samples: target },
  epoch: 1,
  step: 1,
  samples,
  metrics,
  elapsed,
  firstStep: 0,
})

const running = (...args: Parameters<typeof progress>) => keras1.running(progress(...args), 200, false)

test.each([
  [
    54000,
    128,
    0.5,
    { loss: 1.8943, acc: 0.3818 },
    '  128/54000 [..............................] - ETA: 210s - loss: 1.8943 - acc: 0.3818',
  ],
  [
    54000,
    28032,
    1.5,
    { loss: 0.066, acc: 0.9797 },
    '28032/54000 [==============>...............] - ETA: 1s - loss: 0.0660 - acc: 0.9797',
  ],
  [100, 32, 1, { loss: 1e-5 }, ' 32/100 [========>.....................] - ETA: 2s - loss: 1.0000e-05'],
  [100, 64, 2, { loss: Number.NaN }, ' 64/100 [==================>...........] - ETA: 1s - loss: nan'],
  [100, 96, 3, { loss: -0.5 }, ' 96/100 [===========================>..] - ETA: 0s - loss: -0.5000'],
])('%d samples, %d done', (target, samples, elapsed, metrics: Metrics, line) => {
  expect(running(target, samples, elapsed, metrics)).toBe(line)
})

test('the end of an epoch', () => {
  const metrics = { loss: 0.2969, acc: 0.9092, val_loss: 0.1136, val_acc: 0.964 }
  expect(keras1.finished(progress(54000, 54000, 3.99, metrics), false)).toBe(
    '54000/54000 [==============================] - 3s - loss: 0.2969 - acc: 0.9092 - val_loss: 0.1136 - val_acc: 0.9640',
  )
  expect(keras1.line(progress(54000, 54000, 3.99, metrics))).toBe(
    '3s - loss: 0.2969 - acc: 0.9092 - val_loss: 0.1136 - val_acc: 0.9640',
  )
})

test('a number below 0 has an exponent in the line, none in the bar', () => {
  const done = progress(100, 100, 1.5, { loss: -0.5 })
  expect(keras1.finished(done, false)).toMatch(/ - 1s - loss: -0.5000$/)
  expect(keras1.line(done)).toBe('1s - loss: -5.0000e-01')
})

test('before the first epoch: the samples, where some are for validation', () => {
  expect(keras1.begin(startEvent)).toEqual(['Train on 54000 samples, validate on 6000 samples'])
  expect(keras1.begin({ ...startEvent, validationSamples: 0 })).toEqual([])
  expect(keras1.heading(1, { ...startEvent, epochs: 1 })).toBe('Epoch 1/1')
})

test('a narrow window shortens the bar, then removes it, then cuts the end of the line', () => {
  const at = (width: number) => keras1.running(progress(100, 50, 2, { loss: 0.5, acc: 0.75 }), width, false)
  expect(at(79)).toBe(' 50/100 [==============>...............] - ETA: 2s - loss: 0.5000 - acc: 0.7500')
  expect(at(69)).toBe(' 50/100 [=========>..........] - ETA: 2s - loss: 0.5000 - acc: 0.7500')
  expect(at(54)).toBe(' 50/100 [=>...] - ETA: 2s - loss: 0.5000 - acc: 0.7500')
  expect(at(53)).toBe(' 50/100 - ETA: 2s - loss: 0.5000 - acc: 0.7500')
  expect(at(20)).toBe(' 50/100 - ETA: 2s - ')
})

test('it fits every window', () => {
  const cases = fc.record({
    target: fc.integer({ min: 1, max: 1e6 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    width: fc.integer({ min: 1, max: 200 }),
    loss: fc.double(),
  })
  fc.assert(
    fc.property(cases, ({ target, part, width, loss }) => {
      const samples = Math.max(1, Math.floor(target * part))
      expect(keras1.running(progress(target, samples, 3, { loss }), width, false).length).toBeLessThanOrEqual(width)
    }),
  )
})
