import type { Shape } from '../../../../base/shape.js'
import type { ARRAYS } from '../../graph/kernels/arrays.js'
import type { DType } from '../../graph/value.js'
import { type Emitter, FLOAT, type Lowering, reshape, transpose, type } from './lowering.js'

const INDEX = { Index: type('int32') }

/** Pads with a value. `paddings` has the numbers of elements before and after each axis. */
export const pad = (emit: Emitter, x: string, paddings: readonly number[], value = 0, dtype: DType = 'float32') =>
  emit.op('PadV2', [x, pairs(emit, paddings), emit.scalar(value, dtype)], {
    T: type(dtype),
    Tpaddings: type('int32'),
  })

/** A constant (count / 2, 2) made of a list of numbers. */
const pairs = (emit: Emitter, values: readonly number[]) =>
  reshape(emit, emit.ints(values), [values.length / 2, 2], 'int32')

/** Takes `size` elements along each axis from `begin` on, `strides` apart. */
export function stridedSlice(
  emit: Emitter,
  x: string,
  begin: readonly number[],
  size: readonly number[],
  strides: readonly number[],
  dtype: DType = 'float32',
): string {
  const ends = begin.map((from, axis) => from + size[axis]! * strides[axis]!)
  // an end before the first element can only be given as a mask
  const mask = ends.reduce((bits, end, axis) => (end < 0 ? bits | (1 << axis) : bits), 0)
  return emit.op('StridedSlice', [x, emit.ints(begin), emit.ints(ends), emit.ints(strides)], {
    ...INDEX,
    T: type(dtype),
    end_mask: { int: mask },
  })
}

/** Inserts zeros between elements, so that they are `steps` apart along each axis. */
export function spread(emit: Emitter, x: string, shape: Shape, steps: readonly number[]): string {
  if (steps.every((step) => step === 1)) return x
  const cells = pad(
    emit,
    reshape(
      emit,
      x,
      shape.flatMap((length) => [length, 1]),
    ),
    steps.flatMap((step) => [0, 0, 0, step - 1]),
  )
  const wide = shape.map((length, axis) => length * steps[axis]!)
  const reached = shape.map((length, axis) => (length - 1) * steps[axis]! + 1)
  const ones = steps.map(() => 1)
  return stridedSlice(
    emit,
    reshape(emit, cells, wide),
    steps.map(() => 0),
    reached,
    ones,
  )
}

export const ARRAY_LOWERINGS: { readonly [Kernel in keyof typeof ARRAYS]: Lowering } = {
  Concat: (emit, { attributes }, names, [first]) =>
    emit.op('ConcatV2', [...names, emit.ints(attributes.axis as number)], {
      N: { int: names.length },
      T: type(first!.dtype),
      Tidx: type('int32'),
    }),
  GatherV2: (emit, { attributes }, [x, indices], [info]) =>
    emit.op('GatherV2', [x!, indices!, emit.ints(attributes.axis as number)], {
      Tparams: type(info!.dtype),
      Tindices: type('int32'),
      Taxis: type('int32'),
    }),
  OneHot: (emit, { attributes }, [indices]) =>
    emit.op(
      'OneHot',
      [
        indices!,
        emit.ints(attributes.depth as number),
        emit.float(attributes.onValue as number),
        emit.float(attributes.offValue as number),
      ],
      { ...FLOAT, TI: type('int32') },
    ),
  PadV2: (emit, { attributes }, [x], [info]) =>
    pad(emit, x!, attributes.paddings as number[], attributes.constantValue as number, info!.dtype),
  Reshape: (emit, { attributes }, [x], [info]) => reshape(emit, x!, attributes.shape as number[], info!.dtype),
  Reverse: (emit, { attributes }, [x], [info]) =>
    emit.op('ReverseV2', [x!, emit.ints(attributes.axes as number[])], {
      T: type(info!.dtype),
      Tidx: type('int32'),
    }),
  Slice: (emit, { attributes }, [x], [info]) =>
    emit.op('Slice', [x!, emit.ints(attributes.begin as number[]), emit.ints(attributes.size as number[])], {
      ...INDEX,
      T: type(info!.dtype),
    }),
  StridedSlice: (emit, { attributes: { begin, size, strides } }, [x], [info]) =>
    stridedSlice(emit, x!, begin as number[], size as number[], strides as number[], info!.dtype),
  Tile: (emit, { attributes }, [x], [info]) =>
    emit.op('Tile', [x!, emit.ints(attributes.reps as number[])], {
      T: type(info!.dtype),
      Tmultiples: type('int32'),
    }),
  Transpose: (emit, { attributes }, [x], [info]) => transpose(emit, x!, attributes.perm as number[], info!.dtype),
}
