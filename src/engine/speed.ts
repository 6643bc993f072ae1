/** Measures the speed of an engine with two small programs, run as in training. */
import * as tf from '@tensorflow/tfjs-core'
import { sizeOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import { median, timesOf } from '../base/timing.js'
import type { Program } from '../program/program.js'
import type { Engine } from './engine.js'

/** A rate, measured at one size. */
export interface Speed {
  readonly size: number
  /** Number of timed runs; the rate is that of their median time. */
  readonly runs: number
  readonly perSecond: number
}

/** A program for each size. `work` is the work of one run, in the unit of `perSecond`. */
interface Trial {
  readonly sizes: readonly number[]
  readonly program: (size: number) => Program
  readonly work: (size: number) => number
}

/** Floating-point operations per second in a product of two square matrices; `size` is the length of a side. */
export const productSpeed = (engine: Engine): Promise<Speed> => measure(engine, PRODUCT)

/**
 * Bytes per second that an elementwise update reads and writes; `size` is the number of elements in each of its two
 * arrays.
 */
export const updateSpeed = (engine: Engine): Promise<Speed> => measure(engine, UPDATE)

const filled = (name: string, shape: readonly number[]): Slot => ({
  name,
  shape,
  role: 'weight',
  initial() {
    const values = new Float32Array(sizeOf(shape))
    // `Float32Array.from` would take seconds for the largest size
    for (let index = 0; index < values.length; index++) values[index] = (index % 31) / 31 - 0.5
    return values
  },
})

/** Outputs a single number, so that copying a matrix out is not measured. */
const PRODUCT: Trial = {
  sizes: [256, 512, 1024, 2048, 4096, 8192],
  program: (size) => ({
    state: [filled('a', [size, size]), filled('b', [size, size])],
    inputs: [],
    run: ({ a, b }) => ({ state: {}, outputs: { sum: tf.sum(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D)) } }),
  }),
  work: (size) => 2 * size ** 3,
}

const FLOAT_BYTES = 4

/** Gradient descent with momentum on w^2 / 2, which reads and writes two arrays. */
const UPDATE: Trial = {
  sizes: [2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24],
  program: (size) => ({
    state: [filled('w', [size]), filled('w/velocity', [size])],
    inputs: [{ kind: 'scalar', name: 'rate' }],
    run(state, { rate }) {
      const velocity = tf.sub(tf.mul(state['w/velocity']!, 0.9), tf.mul(state.w!, rate!))
      return { state: { w: tf.add(state.w!, velocity), 'w/velocity': velocity }, outputs: { rate: rate! } }
    },
  }),
  work: (size) => 4 * FLOAT_BYTES * size,
}

const NOTHING = { size: 1, arrays: {} }
const SCALARS = { rate: 1e-4 }
/** A shorter run would measure mostly overhead. */
const LONG_ENOUGH_MS = 10
const LIMITS = { most: 50, budgetMs: 250, least: 3 }

/**
 * Measures at the smallest size that runs long enough, so that slow engines are done soon and fast engines are measured
 * fairly.
 */
async function measure(engine: Engine, { sizes, program, work }: Trial): Promise<Speed> {
  for (const size of sizes) {
    const runner = await engine.load({ program: program(size) }, { seed: 0, batchSize: NOTHING.size })
    const run = () => runner.run('program', NOTHING, SCALARS)
    try {
      await run()
      const [once] = await timesOf(run, { most: 1, budgetMs: 0 })
      if (once! < LONG_ENOUGH_MS && size !== sizes.at(-1)) continue
      const times = await timesOf(run, LIMITS)
      return { size, runs: times.length, perSecond: work(size) / (median(times) / 1000) }
    } finally {
      await runner.dispose()
    }
  }
  throw new Error('internal: no sizes to measure')
}
