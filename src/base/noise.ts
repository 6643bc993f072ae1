/** The random numbers of a step, and how every engine makes them. */
import { coarseUniforms, dropoutMask, type PhiloxKey, uniforms } from './philox.js'
import type { BatchShape } from './shape.js'

/**
 * How noise is drawn. `dropout`: 0 with probability `rate`, else `1 / (1 - rate)`. `uniform`: in [0, 1).
 * `coarse_uniform`: in [0, 1) from 16 bits, in half the time, for events whose probability must be right to 2^-17.
 */
export type Distribution =
  | { readonly type: 'dropout'; readonly rate: number }
  | { readonly type: 'uniform' }
  | { readonly type: 'coarse_uniform' }

/** Random numbers of a step, made by the engine from (seed, stream, iterations, element): see `philox.ts`. */
export interface NoiseInput {
  readonly kind: 'noise'
  readonly name: string
  readonly shape: BatchShape
  /**
   * Separates the draws of one step. In programs that are loaded together, inputs of the same name must have the same
   * stream and distribution, because an engine makes their numbers once.
   */
  readonly stream: number
  readonly distribution: Distribution
}

/** Returns the first `count` numbers. */
export function drawNoise(distribution: Distribution, key: PhiloxKey, count: number): Float32Array {
  switch (distribution.type) {
    case 'dropout':
      return dropoutMask(key, distribution.rate, count)
    case 'uniform':
      return uniforms(key, count)
    case 'coarse_uniform':
      return coarseUniforms(key, count)
  }
}
