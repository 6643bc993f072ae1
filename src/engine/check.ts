/** Whether an engine computes what it should: a training step whose result is known by hand. */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../base/issue.js'
import type { Program } from '../program/program.js'
import type { Engine } from './engine.js'

const RATE = 0.5

/** One step of gradient descent on (x w - 1)^2 / 2, summed over two samples. */
const STEP: Program = {
  state: [{ name: 'w', shape: [2, 1], role: 'weight', initial: () => Float32Array.of(1, -1) }],
  inputs: [{ kind: 'batch', name: 'x', shape: [null, 2], dtype: 'float32', divisor: 1 }],
  run({ w }, { x }) {
    const error = tf.sub(tf.matMul(x!, w as tf.Tensor2D), 1)
    const gradient = tf.matMul(x as tf.Tensor2D, error as tf.Tensor2D, true)
    return {
      state: { w: tf.sub(w!, tf.mul(gradient, RATE)) },
      outputs: { loss: tf.sum(tf.div(tf.square(error), 2)) },
    }
  },
}
const BATCH = { size: 2, arrays: { x: Float32Array.of(1, 2, 3, 4) } }
// errors: (1 - 2) - 1 = -2, (3 - 4) - 1 = -2; gradient: (1 + 3) * -2 = -8, (2 + 4) * -2 = -12
const EXPECTED = { loss: 4, w: [1 + 8 * RATE, -1 + 12 * RATE] } as const

/** A UserError in one sentence where the numbers are wrong. */
export async function checkEngine(engine: Engine): Promise<void> {
  const runner = await engine.load({ step: STEP }, { seed: 0, batchSize: BATCH.size })
  try {
    const loss = (await runner.run('step', BATCH, {})).loss![0]
    const { w } = await runner.read()
    if (loss === EXPECTED.loss && EXPECTED.w.every((value, index) => value === w![index])) return
    throw new UserError(
      `Engine ${engine.name} on ${engine.device} computes wrongly here: a step gave loss ${loss} and weights ${w!.join(', ')}, expected ${EXPECTED.loss} and ${EXPECTED.w.join(', ')}.`,
    )
  } finally {
    await runner.dispose()
  }
}
