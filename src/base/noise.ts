/** Random numbers that a step asks for, and how every engine makes them. */
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
   * Tells the draws of one step apart. Programs that are loaded together give an input of one name the same stream and
   * distribution: an engine makes its numbers once.
   */
  readonly stream: number
  readonly distribution: Distribution
}

/** The first `count` numbers. */
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
