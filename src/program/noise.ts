/** The numbers of a noise input, as every engine makes them. */
import { coarseUniforms, dropoutMask, type PhiloxKey, uniforms } from '../base/philox.js'
import type { Distribution } from './program.js'

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
