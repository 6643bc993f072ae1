/** Activation functions and their gradients are those of Keras. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { ACTIVATION_FUNCTIONS } from '../../src/model/activations.js'
import type { ActivationName } from '../../src/spec/activations.js'
import { expectClose } from '../support/close.js'
import { expectGradient } from '../support/gradients.js'
import { kerasFixture } from '../support/keras.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const { shape, grids, factors, activations } = kerasFixture('activations')
const names = Object.keys(ACTIVATION_FUNCTIONS) as ActivationName[]

function outputAndGradient(name: ActivationName, x: number[]) {
  const { apply } = ACTIVATION_FUNCTIONS[name]
  return tf.tidy(() => {
    const input = tf.tensor2d(x, shape)
    const weighted = (t: tf.Tensor) => tf.sum(tf.mul(apply(t), tf.tensor2d(factors, shape)))
    return { output: apply(input).dataSync(), gradient: tf.grad(weighted)(input).dataSync() }
  })
}

/** Keras' own sparsemax has a fault (see the README of the fixtures): it is tested against its definition below. */
const asKeras = activations.filter(
  (activation): activation is typeof activation & { name: ActivationName } =>
    activation.name !== 'glu' && activation.name !== 'sparsemax',
)

test('every activation but sparsemax has fixtures', () => {
  expect([...asKeras.map(({ name }) => name), 'sparsemax'].sort()).toEqual(names.toSorted())
})

test.each(names)('%s takes one array of several in a row, as the gates of a recurrent layer', (name) => {
  const [first] = tf.tidy(() =>
    [tf.tensor2d(grids.ordinary!.slice(0, 4), [2, 2]), tf.zeros([2, 2])]
      .map(ACTIVATION_FUNCTIONS[name].apply)
      .map((y) => y.dataSync()),
  )
  expect(first).toHaveLength(4)
})

describe.each(asKeras)('$name', ({ name, cases }) => {
  test.each(cases)('is as in Keras on $grid values', ({ grid, output, gradient, at_kinks }) => {
    const found = outputAndGradient(name, grids[grid]!)
    const smooth = (values: ArrayLike<number>) => Array.from(values).filter((_, index) => !at_kinks.includes(index))
    expectClose(found.output, output, 'output', { relative: 2e-6, absolute: 3e-7 })
    expectClose(smooth(found.gradient), smooth(gradient), 'gradient', { relative: 1e-5, absolute: 5e-7 })
  })
})

describe('gradients are the slopes', () => {
  // No element is near a kink of any of them; for sparsemax each row has some elements in and some out.
  const x = [-6.6, -3.4, -1.6, -0.75, -0.3, 0.2, 0.35, 0.8, 1.3, 2.2, 3.6, 6.7, 0.1, 0.6, 0.9, 1.1, -0.2, -1.2]
  test.each(names)('%s', (name) => {
    expectGradient(ACTIVATION_FUNCTIONS[name].apply, x, shape, name)
  })
})

describe('sparsemax', () => {
  /** The nearest point of the simplex, by trying every set of elements as the ones above 0. */
  function projection(z: readonly number[]): number[] {
    let best = { distance: Number.POSITIVE_INFINITY, p: [] as number[] }
    for (let set = 1; set < 2 ** z.length; set++) {
      const inside = z.map((_, index) => (set >> index) % 2 === 1)
      const count = inside.filter(Boolean).length
      const excess = z.reduce((sum, value, index) => sum + (inside[index] ? value : 0), -1) / count
      const p = z.map((value, index) => (inside[index] ? value - excess : 0))
      if (p.some((value) => value < 0)) continue
      const distance = z.reduce((sum, value, index) => sum + (value - p[index]!) ** 2, 0)
      if (distance < best.distance) best = { distance, p }
    }
    return best.p
  }

  test.each(Object.entries(grids))('is the projection onto the simplex on %s values', (_, x) => {
    const { output } = outputAndGradient('sparsemax', x)
    for (let row = 0; row < shape[0]; row++) {
      const of = (values: ArrayLike<number>) => Array.from(values).slice(row * shape[1], (row + 1) * shape[1])
      expectClose(of(output), projection(of(x)), `row ${row}`, { relative: 0, absolute: 2e-6 })
      expectClose([of(output).reduce((sum, value) => sum + value, 0)], [1], 'sum', { relative: 1e-6 })
    }
  })

  test('is as in Keras where Keras gives probabilities', () => {
    const { cases } = activations.find(({ name }) => name === 'sparsemax')!
    let compared = 0
    for (const { grid, output } of cases) {
      const found = outputAndGradient('sparsemax', grids[grid]!).output
      for (let start = 0; start < output.length; start += shape[1]) {
        const row = output.slice(start, start + shape[1])
        if (Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) > 1e-6) continue
        expectClose(found.slice(start, start + shape[1]), row, grid, { relative: 0, absolute: 2e-6 })
        compared++
      }
    }
    expect(compared).toBeGreaterThan(0)
  })
})
