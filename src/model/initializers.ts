/** Initial values of weights by Keras' names (keras/src/initializers/random_initializers.py), drawn from the spec's seed. */
import type { RandomStream } from '../base/philox.js'
import { type Shape, sizeOf } from '../base/shape.js'
import type { InitializerName } from '../spec/initializers.js'

export type Initializer = (shape: Shape, random: RandomStream) => Float32Array

const fill = (shape: Shape, next: () => number): Float32Array => Float32Array.from({ length: sizeOf(shape) }, next)

/** Keras' `compute_fans`: the last two axes are inputs and outputs, those before them a receptive field. */
function fans(shape: Shape): { input: number; output: number } {
  if (shape.length < 2) return { input: sizeOf(shape), output: sizeOf(shape) }
  const field = sizeOf(shape.slice(0, -2))
  return { input: shape.at(-2)! * field, output: shape.at(-1)! * field }
}

type FanMode = (fan: { input: number; output: number }) => number
const fanIn: FanMode = ({ input }) => input
const fanAverage: FanMode = ({ input, output }) => (input + output) / 2

const uniform =
  (limit: (shape: Shape) => number): Initializer =>
  (shape, random) => {
    const bound = limit(shape)
    return fill(shape, () => (2 * random.uniform() - 1) * bound)
  }

/** U(-limit, limit) with limit = sqrt(3 scale / fan). */
const scaledUniform = (scale: number, fan: FanMode) =>
  uniform((shape) => Math.sqrt((3 * scale) / Math.max(1, fan(fans(shape)))))

/** Standard deviation of a standard normal cut at two standard deviations. */
const TRUNCATED_DEVIATION = 0.87962566103423978

/** A truncated normal whose variance is scale / fan. */
const scaledNormal =
  (scale: number, fan: FanMode): Initializer =>
  (shape, random) => {
    const deviation = Math.sqrt(scale / Math.max(1, fan(fans(shape)))) / TRUNCATED_DEVIATION
    return fill(shape, () => random.truncatedNormal() * deviation)
  }

export const INITIALIZERS: { readonly [Name in InitializerName]: Initializer } = {
  zeros: (shape) => new Float32Array(sizeOf(shape)),
  ones: (shape) => new Float32Array(sizeOf(shape)).fill(1),
  random_uniform: uniform(() => 0.05),
  random_normal: (shape, random) => fill(shape, () => random.normal() * 0.05),
  truncated_normal: (shape, random) => fill(shape, () => random.truncatedNormal() * 0.05),
  glorot_uniform: scaledUniform(1, fanAverage),
  glorot_normal: scaledNormal(1, fanAverage),
  he_uniform: scaledUniform(2, fanIn),
  he_normal: scaledNormal(2, fanIn),
  lecun_uniform: scaledUniform(1, fanIn),
  lecun_normal: scaledNormal(1, fanIn),
}
