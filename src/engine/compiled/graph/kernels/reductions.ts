/** Kernels that sum up: over axes, and products of matrices. */
import { axesOf, broadcast, type KernelRule } from './rule.js'

/** Reduces over axes; `attribute` is tfjs' name for them. */
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

export const REDUCTIONS = {
  Max: reduction('reductionIndices'),
  Mean: reduction('axis'),
  Sum: reduction('axis'),
  ArgMax: {
    inputs: ['x'],
    attributes: ({ axis }, [x]) => ({ axis: axesOf(axis ?? 0, x!.shape)[0]! }),
    output: ([x], { axis }) => ({ shape: x!.shape.filter((_, index) => index !== axis), dtype: 'int32' }),
  },

  /** Products of the last two dimensions; those before are broadcast. */
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
