/** The arrays in the arena, by the names of their places. */
import { type Shape, sizeOf } from '../../../base/shape.js'
import type { DType } from '../graph/value.js'
import type { ArenaPlan } from '../inputs/arena.js'
import type { PlacedTensor } from './session.js'

export class ArenaArrays {
  constructor(
    private readonly plan: ArenaPlan,
    private readonly memory: WebAssembly.Memory,
  ) {}

  addressOf(place: string): number {
    return this.plan.find(place)
  }

  floats(place: string, shape: Shape): Float32Array {
    return new Float32Array(this.memory.buffer, this.addressOf(place), sizeOf(shape))
  }

  doubles(place: string, count: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.addressOf(place), count)
  }

  /** The array that starts `after` elements from a place. */
  tensor(place: string, dtype: DType, shape: Shape, after = 0): PlacedTensor {
    if (dtype === 'bool') throw new Error(`internal: ${place} has dtype bool`)
    const Numbers = dtype === 'float32' ? Float32Array : Int32Array
    const address = this.addressOf(place) + after * Numbers.BYTES_PER_ELEMENT
    return { dtype, shape, values: new Numbers(this.memory.buffer, address, sizeOf(shape)) }
  }
}
