/** Kernels that only move elements or fill in constants. */
import { slice_util, util } from '@tensorflow/tfjs-core'
import { sizeOf } from '../../../../base/shape.js'
import { axesOf, first, type KernelRule } from './rule.js'

export const ARRAYS = {
  Concat: {
    inputs: 'list',
    attributes: ({ axis }, [x]) => ({ axis: axesOf(axis ?? 0, x!.shape)[0]! }),
    output(all, { axis }) {
      const [{ shape, dtype }] = all as [(typeof all)[number]]
      const fits = all.every((one) => one.shape.every((dim, at) => at === axis || dim === shape[at]))
      if (!fits) throw new Error(`internal: ${all.map((one) => `(${one.shape})`)} side by side`)
      const length = all.reduce((sum, one) => sum + one.shape[axis as number]!, 0)
      return { shape: shape.with(axis as number, length), dtype }
    },
  },
  /** Indices are integers within the axis. */
  GatherV2: {
    inputs: ['x', 'indices'],
    attributes({ axis, batchDims }, [x]) {
      if (batchDims) throw new Error('internal: a gather by batch')
      return { axis: axesOf(axis ?? 0, x!.shape)[0]! }
    },
    output: ([x, indices], { axis }) => ({
      shape: [...x!.shape.slice(0, axis as number), ...indices!.shape, ...x!.shape.slice((axis as number) + 1)],
      dtype: x!.dtype,
    }),
  },
  OneHot: {
    inputs: ['indices'],
    attributes: ({ depth, onValue, offValue }) => ({
      depth: depth as number,
      onValue: onValue as number,
      offValue: offValue as number,
    }),
    output: ([indices], { depth }) => ({ shape: [...indices!.shape, depth as number], dtype: 'float32' }),
  },
  /** `paddings`: number of elements before and after, for each axis. */
  PadV2: {
    inputs: ['x'],
    attributes: ({ paddings, constantValue }) => ({
      paddings: (paddings as (number | number[])[]).flat(),
      constantValue: constantValue as number,
    }),
    output: ([x], { paddings }) => ({
      shape: x!.shape.map((dim, axis) => {
        const [before, after] = (paddings as number[]).slice(2 * axis)
        return before! + dim + after!
      }),
      dtype: x!.dtype,
    }),
  },
  Reshape: {
    inputs: ['x'],
    attributes: ({ shape }, [x]) => ({
      shape: util.inferFromImplicitShape([...(shape as number[])], sizeOf(x!.shape)),
    }),
    output: ([x], { shape }) => ({ shape: shape as number[], dtype: x!.dtype }),
  },
  Reverse: {
    inputs: ['x'],
    attributes: ({ axes, dims }, [x]) => ({ axes: axesOf(axes ?? dims, x!.shape) }),
    output: first,
  },
  Slice: {
    inputs: ['x'],
    attributes({ begin, size }, [x]) {
      const { shape, dtype } = x!
      const whole = { shape: [...shape], dtype, dataId: {} }
      const [from, count] = slice_util.parseSliceParams(whole as never, begin as number[], size as number[])
      return { begin: from!, size: count! }
    },
    output([x], { begin, size }) {
      const ends = (begin as number[]).map((from, axis) => from + (size as number[])[axis]!)
      if (ends.some((end, axis) => end > x!.shape[axis]!))
        throw new Error(`internal: (${x!.shape}) ends before ${ends}`)
      return { shape: size as number[], dtype: x!.dtype }
    },
  },
  /** Takes `size` elements along each axis from `begin` on, `strides` apart. */
  StridedSlice: {
    inputs: ['x'],
    attributes: ({ begin, size, strides }) => ({
      begin: [...(begin as number[])],
      size: [...(size as number[])],
      strides: [...(strides as number[])],
    }),
    output: ([x], { size }) => ({ shape: size as number[], dtype: x!.dtype }),
  },
  Tile: {
    inputs: ['x'],
    attributes: ({ reps }) => ({ reps: [...(reps as number[])] }),
    output: ([x], { reps }) => ({
      shape: x!.shape.map((dim, axis) => dim * (reps as number[])[axis]!),
      dtype: x!.dtype,
    }),
  },
  Transpose: {
    inputs: ['x'],
    attributes: ({ perm }) => ({ perm: [...(perm as number[])] }),
    output: ([x], { perm }) => ({ shape: (perm as number[]).map((axis) => x!.shape[axis]!), dtype: x!.dtype }),
  },
} as const satisfies Record<string, KernelRule>
