/**
 * Initial values of weights by Keras' names (keras/src/initializers/random_initializers.py), drawn from the spec's
 * seed.
 */
import { type ByType, callByType, type OfType } from '../base/by-type.js'
import type { RandomStream } from '../base/philox.js'
import { type Shape, sizeOf } from '../base/shape.js'
import type { InitializerSpec } from '../spec/initializers.js'
import { type Refusal, refusing } from './refusal.js'

/** Numbers of inputs and outputs that a weight connects. */
export interface Fans {
  readonly input: number
  readonly output: number
}

export interface Initializer {
  /** `given` are the fans of the weight, where they do not follow from its shape. */
  (shape: Shape, random: RandomStream, given?: Fans): Float32Array
  /** Explains why a weight of a given shape cannot be initialized. */
  readonly refuses?: Refusal
}

/** The initializer of a weight whose fans do not follow from its shape. */
export const withFans = (initializer: Initializer, fans: Fans): Initializer =>
  Object.assign((shape: Shape, random: RandomStream) => initializer(shape, random, fans), initializer)

const fill = (shape: Shape, next: () => number): Float32Array => Float32Array.from({ length: sizeOf(shape) }, next)

/** Keras' `compute_fans`: the last two axes are inputs and outputs, those before them a receptive field. */
function fans(shape: Shape): Fans {
  if (shape.length < 2) return { input: sizeOf(shape), output: sizeOf(shape) }
  const field = sizeOf(shape.slice(0, -2))
  return { input: shape.at(-2)! * field, output: shape.at(-1)! * field }
}

const constant =
  (value: number): Initializer =>
  (shape) =>
    new Float32Array(sizeOf(shape)).fill(value)

const uniform =
  (least: number, most: number): Initializer =>
  (shape, random) =>
    fill(shape, () => least + random.uniform() * (most - least))

/** Standard deviation of a standard normal cut at two standard deviations. */
const TRUNCATED_DEVIATION = 0.87962566103423978

/** Random values with mean 0 and variance scale / fan. */
const scaled =
  ({ scale, mode, distribution }: Omit<OfType<InitializerSpec, 'variance_scaling'>, 'type'>): Initializer =>
  (shape, random, given) => {
    const { input, output } = given ?? fans(shape)
    const fan = { fan_in: input, fan_out: output, fan_avg: (input + output) / 2 }[mode]
    const variance = scale / Math.max(1, fan)
    switch (distribution) {
      case 'uniform': {
        const bound = Math.sqrt(3 * variance)
        return fill(shape, () => (2 * random.uniform() - 1) * bound)
      }
      case 'truncated_normal': {
        const deviation = Math.sqrt(variance) / TRUNCATED_DEVIATION
        return fill(shape, () => random.truncatedNormal() * deviation)
      }
      case 'untruncated_normal': {
        const deviation = Math.sqrt(variance)
        return fill(shape, () => random.normal() * deviation)
      }
    }
  }

const glorot = { scale: 1, mode: 'fan_avg' } as const
const he = { scale: 2, mode: 'fan_in' } as const
const lecun = { scale: 1, mode: 'fan_in' } as const

/**
 * Q of the QR decomposition of a random normal matrix, with the diagonal of R positive, as in Keras. Computed by
 * Gram-Schmidt; each vector is orthogonalized twice, against rounding.
 */
function orthogonal(shape: Shape, random: RandomStream, gain: number): Float32Array {
  const columns = shape.at(-1)!
  const rows = sizeOf(shape) / columns
  const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)]
  const vectors: Float64Array[] = []
  for (let index = 0; index < short; index++) {
    const vector = Float64Array.from({ length: long }, () => random.normal())
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors) {
        const along = dot(vector, other)
        for (let i = 0; i < long; i++) vector[i]! -= along * other[i]!
      }
    }
    const norm = Math.sqrt(dot(vector, vector))
    vectors.push(vector.map((value) => value / norm))
  }
  const at =
    rows < columns
      ? (row: number, column: number) => vectors[row]![column]!
      : (row: number, column: number) => vectors[column]![row]!
  return Float32Array.from(
    { length: rows * columns },
    (_, index) => gain * at(Math.floor(index / columns), index % columns),
  )
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0)

const INITIALIZERS: ByType<InitializerSpec, [], Initializer> = {
  zeros: () => constant(0),
  ones: () => constant(1),
  constant: ({ value }) => constant(value),
  identity: ({ gain }) =>
    refusing(
      (shape) =>
        Float32Array.from({ length: sizeOf(shape) }, (_, index) =>
          Math.floor(index / shape.at(-1)!) === index % shape.at(-1)! ? gain : 0,
        ),
      (shape) => (shape.length === 2 ? undefined : 'its initializer identity needs 2 axes'),
    ),
  glorot_uniform: () => scaled({ ...glorot, distribution: 'uniform' }),
  glorot_normal: () => scaled({ ...glorot, distribution: 'truncated_normal' }),
  he_uniform: () => scaled({ ...he, distribution: 'uniform' }),
  he_normal: () => scaled({ ...he, distribution: 'truncated_normal' }),
  lecun_uniform: () => scaled({ ...lecun, distribution: 'uniform' }),
  lecun_normal: () => scaled({ ...lecun, distribution: 'truncated_normal' }),
  random_normal:
    ({ mean, stddev }) =>
    (shape, random) =>
      fill(shape, () => mean + random.normal() * stddev),
  random_uniform: ({ minval, maxval }) => uniform(minval, maxval),
  truncated_normal:
    ({ mean, stddev }) =>
    (shape, random) =>
      fill(shape, () => mean + random.truncatedNormal() * stddev),
  variance_scaling: (spec) => scaled(spec),
  orthogonal: ({ gain }) =>
    refusing(
      (shape, random) => orthogonal(shape, random, gain),
      (shape) => (shape.length >= 2 ? undefined : 'its initializer orthogonal needs at least 2 axes'),
    ),
}

export const initializerOf = (spec: InitializerSpec): Initializer => callByType(INITIALIZERS, spec)
