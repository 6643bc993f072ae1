/** Checks the results of an engine: one step whose result is known, then the training of a small network. */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../base/issue.js'
import { type PhiloxKey, PURPOSE, philoxBits, uniformOf } from '../base/philox.js'
import { type Shape, sizeOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'
import type { Program } from '../program/program.js'
import type { Batch, Engine, StateValues } from './engine.js'
import { openEngine } from './registry.js'

/** Throws a UserError of one sentence if the engine's numbers are wrong. */
export async function checkEngine(engine: Engine): Promise<void> {
  await checkStep(engine)
  await checkNetwork(engine)
}

const wrong = ({ name, device }: Engine, what: string): UserError =>
  new UserError(`Engine ${name} gives wrong results on ${device}: ${what}.`)

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

async function checkStep(engine: Engine): Promise<void> {
  const runner = await engine.load({ step: STEP }, { seed: 0, batchSize: BATCH.size })
  try {
    const loss = (await runner.run('step', BATCH, {})).loss![0]
    const { w } = await runner.read()
    if (loss === EXPECTED.loss && EXPECTED.w.every((value, index) => value === w![index])) return
    throw wrong(
      engine,
      `a step gave loss ${loss} and weights ${w!.join(', ')}, expected ${EXPECTED.loss} and ${EXPECTED.w.join(', ')}`,
    )
  } finally {
    await runner.dispose()
  }
}

const FEATURES = 24
const UNITS = 20
const CLASSES = 5
const BATCH_SIZE = 16
const STEPS = 6
const SEED = 7
const LEARNING_RATE = 0.1
const MOMENTUM = 0.9

/** GPUs round the factors of a product to 11 bits (TF32); a wrong formula is farther off. */
const TOLERANCE = 2e-3

const draw = (purpose: PhiloxKey['purpose'], stream: number, count: number) =>
  philoxBits({ seed: SEED, purpose, stream, step: 0 }, count)

const WEIGHTS: Readonly<Record<string, Shape>> = {
  'first/kernel': [FEATURES, UNITS],
  'first/bias': [UNITS],
  'second/kernel': [UNITS, CLASSES],
  'second/bias': [CLASSES],
}

/** Slots of the weights, each with its velocity. */
const STATE = Object.entries(WEIGHTS).flatMap(([name, shape], stream): Slot[] => {
  const count = sizeOf(shape)
  const initial = () => Float32Array.from(draw(PURPOSE.initial, stream, count), (bits) => uniformOf(bits) - 0.5)
  return [
    { name, shape, role: 'weight', initial },
    { name: `${name}/velocity`, shape, role: 'optimizer', initial: () => new Float32Array(count) },
  ]
})

/**
 * A training step with bytes of images, relu, dropout, softmax, and gradient descent with momentum, so that many kinds
 * of inputs and kernels take part.
 */
const TRAIN: Program = {
  state: STATE,
  inputs: [
    { kind: 'batch', name: 'x', shape: [null, FEATURES], dtype: 'float32', divisor: 255 },
    { kind: 'batch', name: 'y', shape: [null], dtype: 'int32', divisor: 1 },
    { kind: 'scalar', name: 'learning_rate' },
    { kind: 'scalar', name: 'iterations' },
    { kind: 'noise', name: 'mask', shape: [null, UNITS], stream: 0, distribution: { type: 'dropout', rate: 0.25 } },
  ],
  run(state, { x, y, learning_rate: rate, mask }) {
    const [kernel1, kernel2] = [state['first/kernel'] as tf.Tensor2D, state['second/kernel'] as tf.Tensor2D]
    const before = tf.add(tf.matMul(x as tf.Tensor2D, kernel1), state['first/bias']!)
    const hidden = tf.mul(tf.relu(before), mask!) as tf.Tensor2D
    const logits = tf.add(tf.matMul(hidden, kernel2), state['second/bias']!)
    const truth = tf.oneHot(y as tf.Tensor1D, CLASSES, 1, 0, 'float32')
    const loss = tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(logits))))

    const toLogits = tf.div(tf.sub(tf.softmax(logits), truth), BATCH_SIZE) as tf.Tensor2D
    const toHidden = tf.mul(tf.matMul(toLogits, kernel2, false, true), mask!)
    const toBefore = tf.mul(toHidden, tf.step(before)) as tf.Tensor2D
    const gradients: Tensors = {
      'first/kernel': tf.matMul(x as tf.Tensor2D, toBefore, true),
      'first/bias': tf.sum(toBefore, 0),
      'second/kernel': tf.matMul(hidden, toLogits, true),
      'second/bias': tf.sum(toLogits, 0),
    }
    const updates = Object.entries(gradients).flatMap(([name, gradient]) => {
      const velocity = tf.sub(tf.mul(state[`${name}/velocity`]!, MOMENTUM), tf.mul(gradient, rate!))
      return [
        [name, tf.add(state[name]!, velocity)],
        [`${name}/velocity`, velocity],
      ]
    })
    return { state: Object.fromEntries(updates), outputs: { loss } }
  },
}

/** Makes the batch of a step. The last one is shorter, as in an epoch. */
function batchOf(step: number): Batch {
  const size = step === STEPS - 1 ? BATCH_SIZE - 3 : BATCH_SIZE
  const x = Uint8Array.from(draw(PURPOSE.sample, 2 * step, size * FEATURES), (bits) => bits & 0xff)
  const y = Int32Array.from(draw(PURPOSE.sample, 2 * step + 1, size), (bits) => bits % CLASSES)
  return { size, arrays: { x, y } }
}

/** Compares losses, and the whole state after a few steps, with those of engine `eager:cpu`. */
async function checkNetwork(engine: Engine): Promise<void> {
  tf.enableProdMode() // keeps tfjs from printing advice
  const expected = await trained((await openEngine('eager:cpu')).engine)
  const found = await trained(engine)
  for (const [name, values] of Object.entries(expected)) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const index = values.findIndex((value, at) => !(Math.abs(found[name]![at]! - value) <= TOLERANCE * largest))
    if (index < 0) continue
    throw wrong(
      engine,
      `after ${STEPS} steps of a small network ${name}[${index}] is ${found[name]![index]}, expected ${values[index]}`,
    )
  }
}

async function trained(engine: Engine): Promise<StateValues> {
  const runner = await engine.load({ train: TRAIN }, { seed: SEED, batchSize: BATCH_SIZE })
  try {
    const losses: number[] = []
    for (let iterations = 0; iterations < STEPS; iterations++) {
      const { loss } = await runner.run('train', batchOf(iterations), { learning_rate: LEARNING_RATE, iterations })
      losses.push(loss![0]!)
    }
    return { loss: Float32Array.from(losses), ...(await runner.read()) }
  } finally {
    await runner.dispose()
  }
}
