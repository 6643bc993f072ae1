/** Gradients by tfjs against slopes measured by finite differences. */
import * as tf from '@tensorflow/tfjs-core'
import { expectClose } from './close.js'

/** Five-point differences: their error falls with the fourth power of the step, so the step can be wide enough for float32. */
const STEP = 0.02

/** `f` takes an array of this shape; it must be smooth for 2 STEP around each element of `x`. */
export function expectGradient(
  f: (x: tf.Tensor) => tf.Tensor,
  x: readonly number[],
  shape: readonly number[],
  what: string,
  tolerance = { relative: 2e-4, absolute: 2e-5 },
): void {
  const values = (array: readonly number[]) =>
    tf.tidy(() => Array.from(f(tf.tensor([...array], [...shape], 'float32')).dataSync()))
  const weights = values(x).map((_, index) => 1 + 0.5 * Math.sin(index)) // any numbers that tell the outputs apart
  const moved = (index: number, by: number) => values(x.with(index, x[index]! + by))
  const slope = (index: number) => {
    const [a, b, c, d] = [-2, -1, 1, 2].map((steps) => moved(index, steps * STEP))
    return weights.reduce((sum, w, i) => sum + (w * (a![i]! - 8 * b![i]! + 8 * c![i]! - d![i]!)) / (12 * STEP), 0)
  }
  const gradient = tf.tidy(() => {
    const weighted = (t: tf.Tensor) => {
      const y = f(t)
      return tf.sum(tf.mul(y, tf.tensor(weights, y.shape)))
    }
    return Array.from(
      tf
        .grad(weighted)(tf.tensor([...x], [...shape], 'float32'))
        .dataSync(),
    )
  })
  expectClose(
    gradient,
    x.map((_, index) => slope(index)),
    what,
    tolerance,
  )
}
