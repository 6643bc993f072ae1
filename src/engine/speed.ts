/** How fast an engine computes: two small programs, measured through the same seam as training. */
import * as tf from '@tensorflow/tfjs-core'
import { sizeOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import { median, timesOf } from '../base/timing.js'
import type { Program } from '../program/program.js'
import type { Engine } from './engine.js'

/** A rate that was measured at a size. */
export interface Speed {
  readonly size: number
  /** Runs that were timed; the rate is that of their median. */
  readonly runs: number
  readonly perSecond: number
}

/** A program for each size; the work of one run counts what `perSecond` counts. */
interface Trial {
  readonly sizes: readonly number[]
  readonly program: (size: number) => Program
  readonly work: (size: number) => number
}

/** Floating-point operations a second of the product of two square matrices; `size` is their side. */
export const productSpeed = (engine: Engine): Promise<Speed> => measure(engine, PRODUCT)

/** Bytes a second that an elementwise update reads and writes; `size` is the elements of each of its two arrays. */
export const updateSpeed = (engine: Engine): Promise<Speed> => measure(engine, UPDATE)

const filled = (name: string, shape: readonly number[]): Slot => ({
  name,
  shape,
  role: 'weight',
  initial() {
    const values = new Float32Array(sizeOf(shape))
    // not `Float32Array.from`, which takes seconds for the largest
    for (let index = 0; index < values.length; index++) values[index] = (index % 31) / 31 - 0.5
    return values
  },
})

/** One number is the result, because a matrix that is copied out would be measured too. */
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

/** Gradient descent with momentum down w^2 / 2: reads and writes two arrays. */
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
/** A shorter run tells more of what surrounds the work than of the work. */
const LONG_ENOUGH_MS = 10
const LIMITS = { most: 50, budgetMs: 250, least: 3 }

/** At the smallest size whose run is long enough, so that slow engines take little time and fast ones are not wronged. */
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
