/** Kernels that reduce: over axes, and matrix products. */
import type { DType } from '../value.js'
import { axesOf, broadcast, first, type KernelRule } from './rule.js'

/** Reduces over axes; `attribute` is tfjs' name for the axes. */
const reduction = (attribute: 'axis' | 'reductionIndices') =>
  ({
    inputs: ['x'],
    attributes: (attributes, [x]) => ({
      axes: (attributes.axes as number[] | undefined) ?? axesOf(attributes[attribute], x!.shape),
      keepDims: Boolean(attributes.keepDims),
    }),
    output([x], { axes, keepDims }) {
      const reduced = new Set(axes as number[])
      const shape = keepDims
        ? x!.shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim))
        : x!.shape.filter((_, axis) => !reduced.has(axis))
      return { shape, dtype: x!.dtype }
    },
  }) as const satisfies KernelRule

/** Index of the largest or smallest element along an axis. */
const place = {
  inputs: ['x'],
  attributes: ({ axis }, [x]) => ({ axis: axesOf(axis ?? 0, x!.shape)[0]! }),
  output: ([x], { axis }) => ({ shape: x!.shape.filter((_, index) => index !== axis), dtype: 'int32' }),
} as const satisfies KernelRule

/** The `k` largest elements of the last axis, in descending order. */
const largest = (dtype?: DType) =>
  ({
    inputs: ['x'],
    attributes: ({ k }) => ({ k: k as number }),
    output: ([x], { k }) => ({ shape: x!.shape.with(-1, k as number), dtype: dtype ?? x!.dtype }),
  }) as const satisfies KernelRule

export const REDUCTIONS = {
  All: reduction('axis'),
  Any: reduction('axis'),
  Max: reduction('reductionIndices'),
  Mean: reduction('axis'),
  Min: reduction('axis'),
  Prod: reduction('axis'),
  Sum: reduction('axis'),
  ArgMax: place,
  ArgMin: place,
  /** Cumulative sums. `exclusive` leaves out the element itself; `reverse` starts from the end. */
  Cumsum: {
    inputs: ['x'],
    attributes: ({ axis, exclusive, reverse }, [x]) => ({
      axis: axesOf(axis ?? 0, x!.shape)[0]!,
      exclusive: Boolean(exclusive),
      reverse: Boolean(reverse),
    }),
    output: first,
  },
  /**
   * The two results of tfjs' TopK as two kernels, because a node has one result. Of equal elements the first comes
   * first.
   */
  TopKValues: largest(),
  TopKIndices: largest('int32'),
  /** Sums the rows of `x` that have the same segment id; ids are from 0 to `numSegments` - 1. */
  UnsortedSegmentSum: {
    inputs: ['x', 'segmentIds'],
    attributes: ({ numSegments }) => ({ numSegments: numSegments as number }),
    output([x, ids], { numSegments }) {
      if (ids!.shape.length !== 1 || ids!.shape[0] !== x!.shape[0]) {
        throw new Error(`internal: segments (${ids!.shape}) of (${x!.shape})`)
      }
      return { shape: [numSegments as number, ...x!.shape.slice(1)], dtype: x!.dtype }
    },
  },

  /** Matrix products over the last two axes; the axes before them are broadcast. */
  BatchMatMul: {
    inputs: ['a', 'b'],
    attributes: ({ transposeA, transposeB }) => ({ transposeA: Boolean(transposeA), transposeB: Boolean(transposeB) }),
    output([a, b], { transposeA, transposeB }) {
      const [left, right] = [a!.shape.slice(-2), b!.shape.slice(-2)]
      const [rows, inner] = transposeA ? left.toReversed() : left
      const [inner2, columns] = transposeB ? right.toReversed() : right
      if (rows === undefined || columns === undefined || inner !== inner2 || inner === undefined) {
        throw new Error(`internal: product of ${a!.shape} and ${b!.shape}`)
      }
      const outer = broadcast(a!.shape.slice(0, -2), b!.shape.slice(0, -2))
      return { shape: [...outer, rows, columns], dtype: 'float32' }
    },
  },
} as const satisfies Record<string, KernelRule>
