/** Layers that merge several inputs into one output (keras/src/layers/merging). */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape, sizeOf } from '../../base/shape.js'
import type { LayerSpec } from '../../spec/spec.js'
import { normalizedVectors } from '../normalized.js'
import { type CallContext, type LayerRule, ShapeProblem, type SpecOf } from './layer.js'
import { anyRange, commonRange, rangeOfSum } from './range.js'
import { sameInTfjs } from './saved.js'

const MANY = { least: 2, most: Number.POSITIVE_INFINITY }
const TWO = { least: 2, most: 2 }

/** `(None, 3, 4) and (None, 5)` */
export const formatShapes = (shapes: readonly Shape[]): string =>
  shapes.map((shape) => formatShape([null, ...shape])).join(' and ')

/**
 * Shape to which both are broadcast. Dimensions, compared from the last one on, must be equal, or 1 in one of them
 * (base_merge.py). Throws ShapeProblem.
 */
function broadcastShape(a: Shape, b: Shape): Shape {
  const [long, short] = a.length < b.length ? [b, a] : [a, b]
  const ahead = long.length - short.length
  return long.map((dim, axis) => {
    const other = axis < ahead ? 1 : short[axis - ahead]!
    if (dim !== other && dim !== 1 && other !== 1) {
      throw new ShapeProblem(`has inputs of shapes that do not fit together: ${formatShapes([a, b])}`)
    }
    return Math.max(dim, other)
  })
}

/** Gives all inputs the same rank by inserting axes of length 1 after the batch. */
function ofOneRank(inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const rank = Math.max(...inputs.map((x) => x.rank))
  return inputs.map((x) =>
    x.rank === rank ? x : tf.reshape(x, [x.shape[0]!, ...Array(rank - x.rank).fill(1), ...x.shape.slice(1)]),
  )
}

/** The union of the masks: a step counts if it counts in any input. Without a mask of one input, all steps count. */
function anyMask(_spec: unknown, _inputs: unknown, masks: CallContext['masks']): tf.Tensor | undefined {
  if (masks.includes(undefined)) return undefined
  return (masks as tf.Tensor[]).reduce(either)
}

/** Logical or, written with kernels that the engines have. */
const either = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.logicalNot(tf.logicalAnd(tf.logicalNot(a), tf.logicalNot(b)))

/** Adds axes of length 1 to a mask (batch, time), up to the rank of x (batch, time, ...). */
const beside = (mask: tf.Tensor, x: tf.Tensor): tf.Tensor =>
  tf.reshape(mask, [...mask.shape, ...Array(Math.max(0, x.rank - mask.rank)).fill(1)])

type Merged = Extract<LayerSpec, { type: 'Add' | 'Subtract' | 'Multiply' | 'Average' | 'Maximum' | 'Minimum' }>

/** A layer that merges element by element. */
const elementwise = <Spec extends Merged>(
  merge: (inputs: readonly tf.Tensor[], masks: CallContext['masks']) => tf.Tensor,
  { arity = MANY, inTfjs = true, range = commonRange } = {},
): LayerRule<Spec> => ({
  arity,
  outputShape: (_, inputs) => inputs.reduce(broadcastShape),
  call: (_, inputs, { masks }) => merge(ofOneRank(inputs), masks),
  range,
  mask: anyMask,
  saved: (spec) => (inTfjs ? sameInTfjs(spec) : null),
})

const sum = (inputs: readonly tf.Tensor[]): tf.Tensor => inputs.reduce((total, x) => tf.add(total, x))

export const add = elementwise<SpecOf<'Add'>>(sum, { range: rangeOfSum })

export const subtract = elementwise<SpecOf<'Subtract'>>(([a, b]) => tf.sub(a!, b!), {
  arity: TWO,
  inTfjs: false,
  range: anyRange,
})

export const average = elementwise<SpecOf<'Average'>>((inputs) => tf.div(sum(inputs), inputs.length))

/** A masked step is a factor of 1; a step that is masked in all inputs is 0. */
export const multiply = elementwise<SpecOf<'Multiply'>>((inputs, masks) => {
  const factors = inputs.map((x, index) => {
    const mask = masks[index]
    return mask ? tf.where(beside(mask, x), x, tf.onesLike(x)) : x
  })
  const product = factors.reduce((total, x) => tf.mul(total, x))
  const mask = anyMask(undefined, undefined, masks)
  return mask ? tf.where(beside(mask, product), product, tf.zerosLike(product)) : product
})

/** Broadcasts a and b to one shape, because tfjs' gradients of Maximum and Minimum do not sum over broadcast axes. */
function spread(a: tf.Tensor, b: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const shape = broadcastShape(a.shape, b.shape) as number[]
  const to = (x: tf.Tensor) => (x.shape.join() === shape.join() ? x : tf.add(x, tf.zeros(shape)))
  return [to(a), to(b)]
}

/** Maximum or minimum. Masked steps of an input are left out if another input has them. */
function extreme<Spec extends Merged>(choose: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): LayerRule<Spec> {
  return elementwise<Spec>((inputs, masks) => {
    let output = inputs[0]!
    let mask = masks[0]
    for (const [index, x] of inputs.entries()) {
      if (index === 0) continue
      const own = masks[index]
      const counted = own ? tf.where(beside(own, x), x, output) : x
      const before = mask ? tf.where(beside(mask, output), output, counted) : output
      output = choose(...spread(before, counted))
      mask = mask && own ? either(mask, own) : undefined
    }
    return output
  })
}

export const maximum = extreme<SpecOf<'Maximum'>>((a, b) => tf.maximum(a, b))
export const minimum = extreme<SpecOf<'Minimum'>>((a, b) => tf.minimum(a, b))

/**
 * Converts an axis of the spec to an axis of a batch of such samples, counted from 0. Throws ShapeProblem if it does
 * not exist or is the batch.
 */
function axisOf(axis: number, shape: Shape): number {
  const rank = shape.length + 1
  const found = axis < 0 ? axis + rank : axis
  if (found < 1 || found >= rank) {
    throw new ShapeProblem(
      `has axis ${axis}, must be 1 to ${rank - 1}, or -1 to ${1 - rank}, for ${formatShape([null, ...shape])}`,
    )
  }
  return found
}

/** Concatenates inputs along an axis. */
export const concatenate: LayerRule<SpecOf<'Concatenate'>> = {
  arity: MANY,
  outputShape({ axis }, inputs) {
    const [first] = inputs as [Shape]
    const at = axisOf(axis, first) - 1
    for (const shape of inputs) {
      if (shape.length !== first.length || shape.some((dim, index) => index !== at && dim !== first[index])) {
        throw new ShapeProblem(
          `has inputs of shapes that differ in more than axis ${axis}: ${formatShapes([first, shape])}`,
        )
      }
    }
    return first.with(
      at,
      inputs.reduce((length, shape) => length + shape[at]!, 0),
    )
  },
  call: ({ axis }, inputs) => tf.concat([...inputs], axisOf(axis, inputs[0]!.shape.slice(1))),
  range: commonRange,
  /** Masks of inputs joined along the features are united; along any other axis they are concatenated. */
  mask({ axis }, inputs, masks) {
    if (masks.every((mask) => mask === undefined)) return undefined
    const along = axisOf(axis, inputs[0]!.shape.slice(1))
    if (along === inputs[0]!.rank - 1) return anyMask(undefined, inputs, masks)
    return tf.concat(
      inputs.map(({ shape }, index) => masks[index] ?? tf.ones(shape.slice(0, -1), 'bool')),
      along,
    )
  },
  readsMask: 'steps',
  saved: (spec) => sameInTfjs(spec),
}

/** Dot products of two inputs along one axis of each (dot.py, `batch_dot`). */
export const dot: LayerRule<SpecOf<'Dot'>> = {
  arity: TWO,
  outputShape(spec, inputs) {
    const [a, b] = inputs as [Shape, Shape]
    const [left, right] = dotAxes(spec, inputs)
    if (a[left - 1] !== b[right - 1]) {
      throw new ShapeProblem(
        `has inputs ${formatShapes(inputs)}, whose axes ${left} and ${right} differ: ${a[left - 1]} and ${b[right - 1]}`,
      )
    }
    const rest = [...a.toSpliced(left - 1, 1), ...b.toSpliced(right - 1, 1)]
    return rest.length === 0 ? [1] : rest
  },
  call(spec, inputs) {
    const shapes = inputs.map((x) => x.shape.slice(1))
    const axes = dotAxes(spec, shapes)
    const [a, b] = inputs.map((x, index) =>
      asMatrices(spec.normalize ? normalizedVectors(x, axes[index]!) : x, axes[index]!),
    )
    const product = tf.matMul(a!.matrices, b!.matrices, a!.axis === 1, b!.axis === 2)
    return tf.reshape(product, [inputs[0]!.shape[0]!, ...dot.outputShape(spec, shapes)])
  },
  /** tfjs takes at most matrices, and normalizes short vectors differently. */
  saved: (spec, inputs) =>
    spec.normalize || inputs.some(({ length }) => length > 2)
      ? null
      : sameInTfjs(spec, { axes: dotAxes(spec, inputs) }),
}

function dotAxes({ axes }: SpecOf<'Dot'>, inputs: readonly Shape[]): [number, number] {
  const [left, right] = typeof axes === 'number' ? [axes, axes] : (axes as readonly [number, number])
  return [axisOf(left, inputs[0]!), axisOf(right, inputs[1]!)]
}

/**
 * Reshapes x to (batch, rest, axis), or to (batch, axis, rest) if that needs no transpose. `axis` in the result is the
 * place of that axis, 1 or 2.
 */
function asMatrices(x: tf.Tensor, axis: number): { matrices: tf.Tensor3D; axis: 1 | 2 } {
  const length = x.shape[axis]!
  const rest = sizeOf(x.shape.slice(1)) / length
  if (axis === 1) return { matrices: tf.reshape(x, [x.shape[0]!, length, rest]), axis: 1 }
  const others = x.shape.map((_, index) => index).filter((index) => index !== axis)
  const moved = axis === x.rank - 1 ? x : tf.transpose(x, [...others, axis])
  return { matrices: tf.reshape(moved, [x.shape[0]!, rest, length]), axis: 2 }
}
