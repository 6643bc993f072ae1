import type { Shape } from '../../../../base/shape.js'
import type { ARRAYS } from '../../graph/kernels/arrays.js'
import { type Emitter, type Lowering, reshape, same, transpose } from './lowering.js'

/** An end before the start of any array, for negative strides. */
const BEFORE_ALL = -(2 ** 31)

/** Slices `size` elements along each axis from `begin` on. Axes of `whole` that stay as long as they are get no bounds. */
export function slice(
  emit: Emitter,
  x: string,
  begin: readonly number[],
  size: readonly number[],
  strides: readonly number[] = begin.map(() => 1),
  whole: Shape = [],
): string {
  const ends = begin.map((from, axis) => {
    const end = from + size[axis]! * strides[axis]!
    return end < 0 ? BEFORE_ALL : end
  })
  const axes = [...begin.keys()].filter((axis) => size[axis] !== whole[axis] || strides[axis] !== 1)
  if (axes.length === 0) return x
  const along = (numbers: readonly number[]) => emit.ints(axes.map((axis) => numbers[axis]!))
  return emit.op('Slice', [x, along(begin), along(ends), emit.ints(axes), along(strides)])
}

/** The first elements along each axis, as many as `wanted` has, of x with the shape `found`. */
export const firstOf = (emit: Emitter, x: string, found: Shape, wanted: Shape): string =>
  found.join() === wanted.join()
    ? x
    : slice(
        emit,
        x,
        wanted.map(() => 0),
        wanted,
        undefined,
        found,
      )

export const ARRAY_LOWERINGS: { readonly [Kernel in keyof typeof ARRAYS]: Lowering } = {
  Concat: (emit, { attributes }, names) => emit.op('Concat', names, { axis: attributes.axis as number }),
  GatherV2: same('Gather', ({ attributes }) => ({ axis: attributes.axis as number })),
  /** Written as a comparison, because ONNX Runtime has OneHot for few combinations of types. */
  OneHot(emit, { attributes }, [indices], [info]) {
    const depth = attributes.depth as number
    const column = reshape(emit, indices!, [...info!.shape, 1])
    const hit = emit.op('Equal', [column, emit.int32s(Array.from({ length: depth }, (_, index) => index))])
    return emit.op('Where', [hit, emit.fill(attributes.onValue as number), emit.fill(attributes.offValue as number)])
  },
  PadV2(emit, { attributes }, [x], [info]) {
    const pads = attributes.paddings as number[]
    const [before, after] = [0, 1].map((side) => pads.filter((_, index) => index % 2 === side))
    const value = emit.fill(attributes.constantValue as number, [], info!.dtype)
    return emit.op('Pad', [x!, emit.ints([...before!, ...after!]), value])
  },
  Reshape: (emit, { attributes }, [x]) => reshape(emit, x!, attributes.shape as number[]),
  Reverse(emit, { attributes }, [x]) {
    const axes = attributes.axes as number[]
    const each = (value: number) => emit.ints(axes.map(() => value))
    return emit.op('Slice', [x!, each(-1), each(BEFORE_ALL), emit.ints(axes), each(-1)])
  },
  Slice: (emit, { attributes }, [x], [info]) =>
    slice(emit, x!, attributes.begin as number[], attributes.size as number[], undefined, info!.shape),
  StridedSlice: (emit, { attributes: { begin, size, strides } }, [x], [info]) =>
    slice(emit, x!, begin as number[], size as number[], strides as number[], info!.shape),
  Tile: (emit, { attributes }, [x]) => emit.op('Tile', [x!, emit.ints(attributes.reps as number[])]),
  Transpose: (emit, { attributes }, [x]) => transpose(emit, x!, attributes.perm as number[]),
}
