/**
 * The tensors fed to TensorFlow for the inputs of a step, and the operators that make inputs of them. Bytes are fed as
 * bytes, and for noise only the counter from which it is drawn, so that little is copied to a device.
 */
import type { Distribution } from '../../../base/noise.js'
import { dropoutConstants, PURPOSE } from '../../../base/philox.js'
import { type Shape, sizeOf, withBatch } from '../../../base/shape.js'
import type { ProgramInput } from '../../../program/program.js'
import type { Batch, Scalars } from '../../engine.js'
import { arrayFor, numberFor } from '../../given.js'
import type { DataType } from './graph-def.js'
import { type Emitter, FLOAT, reshape, type } from './lowerings/lowering.js'

/** Type, shape and size of a tensor that is fed. */
export interface Feed {
  readonly dtype: DataType
  readonly shape: Shape
  readonly bytes: number
}

/** TensorFlow's number for Philox (tensorflow/core/framework/rng_alg.h). */
const PHILOX = 1

/** The feed of an input, for this batch and for all later ones of the same form. */
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

/** Numbers of the inputs that are bytes, `0.2`. Steps that differ in it need different graphs. */
export const formOf = (inputs: readonly ProgramInput[], batch: Batch): string =>
  inputs.flatMap(({ name }, index) => (arrivesAsBytes(name, batch) ? [index] : [])).join('.')

const arrivesAsBytes = (name: string, { arrays }: Batch): boolean => arrays[name] instanceof Uint8Array

/** The samples of an input. */
export interface Rows {
  /** Samples before these in the tensor that is fed; null if there are no others in it. */
  readonly inFeed: number | null
  /** Samples before these in the whole batch, of which other hosts may have a share. */
  readonly inBatch: number
}

export const ALL_ROWS: Rows = { inFeed: null, inBatch: 0 }

/** Emitters for the device that computes with an input, and for the processor, where it is fed. */
export interface InputEmitters {
  readonly emit: Emitter
  readonly host: Emitter
}

/** Writes the operators that turn the tensor `fed` into the values of these rows, of `shape`, and returns their name. */
export function inputFrom(
  { emit, host }: InputEmitters,
  fed: string,
  { dtype }: Feed,
  input: ProgramInput,
  shape: Shape,
  seed: number,
  { inFeed, inBatch }: Rows = ALL_ROWS,
): string {
  if (input.kind === 'noise') {
    return noiseFrom({ emit, host }, fed, input.distribution, shape, seed, inBatch * sizeOf(shape.slice(1)))
  }
  if (input.kind === 'scalar') return fed
  const rows = inFeed === null ? fed : rowsOf(host, fed, dtype, shape, inFeed)
  if (input.dtype === 'int32') return rows
  const floats = dtype === 'float32' ? rows : emit.op('Cast', [rows], { SrcT: type(dtype), DstT: type('float32') })
  return input.divisor === 1 ? floats : emit.op('RealDiv', [floats, emit.float(input.divisor)], FLOAT)
}

/** Takes the rows from `first` on; `shape` is that of the result. */
const rowsOf = (emit: Emitter, x: string, dtype: DataType, shape: Shape, first: number): string =>
  emit.op('Slice', [x, emit.ints(shape.map((_, axis) => (axis === 0 ? first : 0))), emit.ints(shape)], {
    T: type(dtype),
    Index: type('int32'),
  })

/** Words of 32 bits that Philox draws for each count of its counter. */
const DRAWN_AT_ONCE = 4

/** Draws the numbers of base/philox.ts, which has TensorFlow's layout, after the first `before` ones. */
function noiseFrom(
  { emit, host }: InputEmitters,
  counter: string,
  distribution: Distribution,
  shape: Shape,
  seed: number,
  before: number,
): string {
  const atOnce = distribution.type === 'uniform' ? DRAWN_AT_ONCE : 2 * DRAWN_AT_ONCE
  const extra = before % atOnce
  if (extra > 0) {
    const more = noiseFrom({ emit, host }, counter, distribution, [extra + sizeOf(shape)], seed, before - extra)
    return reshape(emit, rowsOf(emit, more, 'float32', [sizeOf(shape)], extra), shape)
  }
  const skipped = before > 0 && host.constant('uint64', [2], Uint32Array.of(before / atOnce, 0, 0, 0))
  const from = skipped ? host.op('AddV2', [counter, skipped], { T: type('uint64') }) : counter
  const key = emit.constant('uint64', [1], Uint32Array.of(seed, PURPOSE.noise))
  const draw = (op: string, dtype: DataType, count: Shape) =>
    emit.op(op, [emit.ints(count), key, from, emit.ints(PHILOX)], { dtype: type(dtype), Tshape: type('int32') })
  if (distribution.type === 'uniform') return draw('StatelessRandomUniformV2', 'float32', shape)
  const count = sizeOf(shape)
  const drawn = draw('StatelessRandomUniformFullIntV2', 'uint32', [Math.ceil(count / 2)])
  const pairs = emit.op('Bitcast', [drawn], { T: type('uint32'), type: type('uint16') })
  const halves = emit.op('Cast', [pairs], { SrcT: type('uint16'), DstT: type('float32') })
  const numbers = fromHalves(emit, halves, distribution)
  if (count % 2 === 0) return reshape(emit, numbers, shape)
  const flat = reshape(emit, numbers, [count + 1])
  const first = emit.op('Slice', [flat, emit.ints([0]), emit.ints([count])], { ...FLOAT, Index: type('int32') })
  return reshape(emit, first, shape)
}

/** Makes the numbers of `dropoutMask` or `coarseUniforms` from 16 bits each. */
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

/** Writes the feed of a step into its tensor. */
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
