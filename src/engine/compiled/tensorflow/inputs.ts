/**
 * What TensorFlow is fed for an input of a step, and the operators that make the input of it: bytes as they are, and of
 * noise no more than the counter that it is drawn from, so that little goes to a device.
 */
import type { Distribution } from '../../../base/noise.js'
import { dropoutConstants, PURPOSE } from '../../../base/philox.js'
import { type Shape, sizeOf, withBatch } from '../../../base/shape.js'
import type { ProgramInput } from '../../../program/program.js'
import type { Batch, Scalars } from '../../engine.js'
import { arrayFor, numberFor } from '../../given.js'
import type { DataType } from './graph-def.js'
import { type Emitter, FLOAT, reshape, type } from './lowerings/lowering.js'

/** What is fed. */
export interface Feed {
  readonly dtype: DataType
  readonly shape: Shape
  readonly bytes: number
}

/** Philox, by the number that TensorFlow gives it (tensorflow/core/framework/rng_alg.h). */
const PHILOX = 1

/** What an input is fed by in a step of this batch, and of all that come after it in the same form. */
export function feedOf(input: ProgramInput, batch: Batch): Feed {
  switch (input.kind) {
    case 'scalar':
      return { dtype: 'float32', shape: [], bytes: 4 }
    case 'noise':
      return { dtype: 'uint64', shape: [2], bytes: 16 }
    case 'batch': {
      const shape = withBatch(input.shape, batch.size)
      const dtype = input.dtype === 'int32' ? 'int32' : arrivesAsBytes(input.name, batch) ? 'uint8' : 'float32'
      return { dtype, shape, bytes: sizeOf(shape) * (dtype === 'uint8' ? 1 : 4) }
    }
  }
}

/** Which inputs come as bytes: steps that differ in it are different graphs. */
export const formOf = (batch: Batch): string =>
  Object.keys(batch.arrays)
    .filter((name) => arrivesAsBytes(name, batch))
    .join('.')

const arrivesAsBytes = (name: string, { arrays }: Batch): boolean => arrays[name] instanceof Uint8Array

/** The name of the input's values: what is fed at `fed`, made into numbers of `shape`. */
export function inputFrom(
  emit: Emitter,
  fed: string,
  { dtype }: Feed,
  input: ProgramInput,
  shape: Shape,
  seed: number,
): string {
  if (input.kind === 'noise') return noiseFrom(emit, fed, input.distribution, shape, seed)
  if (input.kind === 'scalar' || input.dtype === 'int32') return fed
  const floats = dtype === 'float32' ? fed : emit.op('Cast', [fed], { SrcT: type(dtype), DstT: type('float32') })
  return input.divisor === 1 ? floats : emit.op('RealDiv', [floats, emit.float(input.divisor)], FLOAT)
}

/** The draws of base/philox.ts, whose layout is TensorFlow's. */
function noiseFrom(emit: Emitter, counter: string, distribution: Distribution, shape: Shape, seed: number): string {
  const key = emit.words('uint64', [1], Uint32Array.of(seed, PURPOSE.noise))
  const draw = (op: string, dtype: DataType, count: Shape) =>
    emit.op(op, [emit.ints(count), key, counter, emit.ints(PHILOX)], { dtype: type(dtype), Tshape: type('int32') })
  if (distribution.type === 'uniform') return draw('StatelessRandomUniformV2', 'float32', shape)
  const count = sizeOf(shape)
  const words = draw('StatelessRandomUniformFullIntV2', 'uint32', [Math.ceil(count / 2)])
  const pairs = emit.op('Bitcast', [words], { T: type('uint32'), type: type('uint16') })
  const halves = emit.op('Cast', [pairs], { SrcT: type('uint16'), DstT: type('float32') })
  const numbers = fromHalves(emit, halves, distribution)
  if (count % 2 === 0) return reshape(emit, numbers, shape)
  const flat = reshape(emit, numbers, [count + 1])
  const first = emit.op('Slice', [flat, emit.ints([0]), emit.ints([count])], { ...FLOAT, Index: type('int32') })
  return reshape(emit, first, shape)
}

/** What `dropoutMask` and `coarseUniforms` make of 16 bits. */
function fromHalves(emit: Emitter, halves: string, distribution: Exclude<Distribution, { type: 'uniform' }>): string {
  if (distribution.type === 'coarse_uniform') {
    return emit.op('Mul', [emit.op('AddV2', [halves, emit.float(0.5)], FLOAT), emit.float(2 ** -16)], FLOAT)
  }
  const { threshold, scale } = dropoutConstants(distribution.rate)
  const kept = emit.op('GreaterEqual', [halves, emit.float(threshold)], FLOAT)
  return emit.op(
    'Mul',
    [emit.op('Cast', [kept], { SrcT: type('bool'), DstT: type('float32') }), emit.float(scale)],
    FLOAT,
  )
}

/** Writes what is fed for a step into its tensor. */
export function writeFeed(input: ProgramInput, memory: ArrayBuffer, batch: Batch, scalars: Scalars): void {
  switch (input.kind) {
    case 'scalar':
      new Float32Array(memory)[0] = numberFor(input, scalars)
      return
    case 'noise':
      new Uint32Array(memory).set([0, 0, input.stream, scalars.iterations ?? 0])
      return
    case 'batch': {
      const data = arrayFor(input, batch)
      const array = input.dtype === 'int32' ? Int32Array : data instanceof Uint8Array ? Uint8Array : Float32Array
      new array(memory).set(data)
    }
  }
}
