/** Small functions written in tfjs, run on every engine against tfjs' plain kernels. */
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { type Shape, sizeOf } from '../../src/base/shape.js'
import type { Tensors } from '../../src/base/tensors.js'
import type { Outputs } from '../../src/engine/engine.js'
import { openEngine } from '../../src/engine/registry.js'
import type { Program } from '../../src/program/program.js'
import { expectClose, type Tolerance } from './close.js'
import { ownEngines, type RealEngine, toleranceOn } from './engines.js'

/** Inputs of a function: floats or integers. All have the first dimension of the first one. */
export interface Operand {
  readonly shape: Shape
  readonly values: readonly number[]
  readonly dtype?: 'float32' | 'int32'
}

export type Operands = Readonly<Record<string, Operand>>
export type Computation = (operands: Tensors) => Tensors

/** Numbers that look random, both signs, mostly different; the same for the same shape and seed. */
export function some(shape: Shape, seed = 1): Operand {
  const values = Array.from({ length: sizeOf(shape) }, (_, index) => {
    const wild = Math.sin(12.9898 * (index + 1) + 78.233 * seed) * 43758.5453
    return 2 * (wild - Math.floor(wild)) - 1
  })
  return { shape, values }
}

/** Few different numbers, so that many are the same. */
export function ties(shape: Shape, seed = 1): Operand {
  return { shape, values: some(shape, seed).values.map((value) => Math.round(1.5 * value)) }
}

export const whole = (shape: Shape, values: readonly number[]): Operand => ({ shape, values, dtype: 'int32' })

/** The function, and its gradients with respect to all floats: of its results, each weighted by other numbers. */
export const withGradients =
  (f: (operands: Tensors) => tf.Tensor, names?: readonly string[]): Computation =>
  (operands) => {
    const of = names ?? Object.keys(operands).filter((name) => operands[name]!.dtype === 'float32')
    const y = f(operands)
    const weighted = (...tensors: tf.Tensor[]) => {
      const result = f({ ...operands, ...Object.fromEntries(of.map((name, index) => [name, tensors[index]!])) })
      return tf.sum(tf.mul(result, tf.tensor([...some(y.shape, 9).values], y.shape)))
    }
    const gradients = tf.grads(weighted)(of.map((name) => operands[name]!))
    return { y, ...Object.fromEntries(of.map((name, index) => [`d${name}`, gradients[index]!])) }
  }

/** Every engine gives what tfjs' plain kernels give; `expected` where they are not the measure. */
export async function expectOnEveryEngine(
  f: Computation,
  operands: Operands,
  {
    tolerance = { relative: 1e-5, absolute: 1e-5 },
    expected,
  }: { tolerance?: Tolerance; expected?: Readonly<Record<string, ArrayLike<number>>> } = {},
): Promise<void> {
  const wanted = expected ?? (await byPlainKernels(f, operands))
  for (const engine of ownEngines) {
    if (expected && engine.startsWith('eager:')) continue
    const found = await runOn(engine, f, operands)
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(wanted).toSorted())
    for (const [name, values] of Object.entries(wanted)) {
      expectClose(found[name]!, values, `${engine}: ${name}`, toleranceOn(engine, tolerance))
    }
  }
}

async function runOn(name: RealEngine, f: Computation, operands: Operands): Promise<Outputs> {
  const { engine } = await openEngine(name)
  const size = batchOf(operands)
  const runner = await engine.load({ f: programOf(f, operands) }, { seed: 1, batchSize: size })
  try {
    return await runner.run('f', { size, arrays: arraysOf(operands) }, {})
  } finally {
    await runner.dispose()
  }
}

async function byPlainKernels(f: Computation, operands: Operands): Promise<Record<string, Float32Array>> {
  await tf.setBackend('cpu')
  return tf.tidy(() => {
    const given = Object.entries(operands).map(([name, { shape, values, dtype = 'float32' }]) => [
      name,
      tf.tensor([...values], [...shape], dtype),
    ])
    const results = floats(f(Object.fromEntries(given)))
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]),
    )
  })
}

const floats = (results: Tensors): Tensors =>
  Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tf.cast(tensor, 'float32')]))

/** Floats are state, which may have any shape; whole numbers are a batch. */
function programOf(f: Computation, operands: Operands): Program {
  const entries = Object.entries(operands)
  return {
    state: entries
      .filter(([, { dtype }]) => dtype !== 'int32')
      .map(([name, { shape, values }]) => ({
        name,
        shape,
        role: 'weight',
        initial: () => Float32Array.from(values),
      })),
    inputs: entries
      .filter(([, { dtype }]) => dtype === 'int32')
      .map(([name, { shape }]) => ({
        kind: 'batch',
        name,
        shape: [null, ...shape.slice(1)],
        dtype: 'int32',
        divisor: 1,
      })),
    run: (state, inputs) => ({ state: {}, outputs: floats(f({ ...state, ...inputs })) }),
  }
}

const batchOf = (operands: Operands): number =>
  Object.values(operands).find(({ dtype }) => dtype === 'int32')?.shape[0] ?? 1

const arraysOf = (operands: Operands): Record<string, Int32Array> =>
  Object.fromEntries(
    Object.entries(operands).flatMap(([name, { dtype, values }]) =>
      dtype === 'int32' ? [[name, Int32Array.from(values)]] : [],
    ),
  )
