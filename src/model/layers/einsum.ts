/** EinsumDense (keras/src/layers/core/einsum_dense.py): products of an input with a kernel along any axes. */
import * as tf from '@tensorflow/tfjs-core'
import { equationOf } from '../../base/einsum.js'
import { formatShape, type Shape, sizeOf } from '../../base/shape.js'
import { withFans } from '../initializers.js'
import { type LayerRule, ShapeProblem, type SpecOf } from './layer.js'
import { anyRange } from './range.js'
import { weightOf } from './weight.js'

type Spec = SpecOf<'EinsumDense'>

/** The axes of a product, each by its label: a letter, or `...0`, `...1` for those that `...` stands for. */
interface Axes {
  /** With the batch, which is the first axis. */
  readonly input: readonly string[]
  readonly kernel: readonly string[]
  /** With the batch, which is the first axis. */
  readonly output: readonly string[]
}

export const einsumDense: LayerRule<Spec> = {
  outputShape(spec, [given]) {
    const { output } = axesOf(spec, given!)
    const sizes = sizesOf(spec, given!)
    return output.slice(1).map((label) => sizes.get(label)!)
  },
  weights(spec, [given]) {
    const { kernel, output } = axesOf(spec, given!)
    const sizes = sizesOf(spec, given!)
    const size = (labels: readonly string[]) => sizeOf(labels.map((label) => sizes.get(label)!))
    const shape = kernel.map((label) => sizes.get(label)!)
    const weight = weightOf(spec, 'kernel', shape)
    const fans = {
      input: size(kernel.filter((label) => !output.includes(label))),
      output: size(kernel.filter((label) => output.includes(label))),
    }
    const matrix = { ...weight, initializer: withFans(weight.initializer, fans) }
    return spec.bias_axes === null ? [matrix] : [matrix, weightOf(spec, 'bias', biasShape(spec, output, sizes))]
  },
  call(spec, [x], { weights }) {
    const product = multiplied(x!, weights.kernel!, axesOf(spec, x!.shape.slice(1)))
    return weights.bias ? tf.add(product, weights.bias) : product
  },
  activation: (spec) => spec.activation,
  range: anyRange,
  saved: () => null,
}

/** Labels of all axes for a sample of this shape. Throws ShapeProblem if the equation has other axes than the sample. */
function axesOf(spec: Spec, sample: Shape): Axes {
  const { input, kernel, output, elided } = equationOf(spec.equation)!
  const count = sample.length + 1 - input.length
  const shape = formatShape([null, ...sample])
  if (elided ? count < 0 : count !== 0) {
    const many = `${elided ? 'at least ' : ''}${input.length}`
    throw new ShapeProblem(
      `has ${many} axes of the input in its equation, "${spec.equation}", but its input is ${shape}`,
    )
  }
  const others = Array.from({ length: count }, (_, index) => `...${index}`)
  const whole = (letters: string) => (elided === 'right' ? [...letters, ...others] : [...others, ...letters])
  const axes = { input: whole(input), kernel: [...kernel], output: whole(output) }
  const [batch] = axes.input as [string]
  if (axes.output[0] !== batch || kernel.includes(batch)) {
    throw new ShapeProblem(
      `needs the batch, the first axis of its input, as the first axis of its output and not in its kernel, but has the equation "${spec.equation}"`,
    )
  }
  return axes
}

/** Size of each axis by its label, without that of the batch. Throws ShapeProblem if the spec gives a wrong one. */
function sizesOf(spec: Spec, sample: Shape): ReadonlyMap<string, number> {
  const { input, output } = axesOf(spec, sample)
  const sizes = new Map(sample.map((size, index) => [input[index + 1]!, size]))
  const lettered = output.slice(1).filter((label) => label.length === 1)
  const given = typeof spec.output_shape === 'number' ? [spec.output_shape] : spec.output_shape
  if (given.length !== lettered.length) {
    throw new ShapeProblem(
      `has output_shape ${shown(given)}, must have a size for each of ${lettered.join(', ')} of its equation, "${spec.equation}"`,
    )
  }
  for (const [index, label] of lettered.entries()) {
    const size = given[index]!
    const known = sizes.get(label)
    if (size === null ? known === undefined : known !== undefined && known !== size) {
      const must = known === undefined ? 'a size, because the input has no such axis' : `${known}, that of the input`
      throw new ShapeProblem(`has ${size} in output_shape for axis ${label}, must be ${must}`)
    }
    if (size !== null) sizes.set(label, size)
  }
  return sizes
}

const shown = (sizes: readonly (number | null)[]): string => `[${sizes.map(String).join(', ')}]`

/** 1 for an axis without a bias of its own; from the first axis that has one to the last axis of the output. */
function biasShape(spec: Spec, output: readonly string[], sizes: ReadonlyMap<string, number>): Shape {
  const has = (label: string) => spec.bias_axes!.includes(label)
  if (has(output[0]!)) throw new ShapeProblem(`has bias_axes "${spec.bias_axes}", which must not have the batch`)
  return output.slice(output.findIndex(has)).map((label) => (has(label) ? sizes.get(label)! : 1))
}

/**
 * The einsum of x and a kernel: one product of matrices for each element of the axes that all three have. Axes that
 * only the input has are summed over first.
 */
function multiplied(x: tf.Tensor, kernel: tf.Tensor, axes: Axes): tf.Tensor {
  const inKernel = (label: string) => axes.kernel.includes(label)
  const inOutput = (label: string) => axes.output.includes(label)
  const alone = axes.input.flatMap((label, index) => (inKernel(label) || inOutput(label) ? [] : [index]))
  const input = axes.input.filter((label) => inKernel(label) || inOutput(label))
  const both = input.filter((label) => inKernel(label) && inOutput(label))
  const rows = input.filter((label) => !inKernel(label))
  const summed = input.filter((label) => inKernel(label) && !inOutput(label))
  const columns = axes.kernel.filter((label) => !input.includes(label))
  const summedX = alone.length > 0 ? tf.sum(x, alone) : x
  const sizeIn = (y: tf.Tensor, labels: readonly string[], some: readonly string[]) =>
    some.map((label) => y.shape[labels.indexOf(label)]!)
  const ordered = [both, rows, summed].flat()
  const left = reordered(summedX, input, ordered)
  const right = reordered(kernel, axes.kernel, [both, summed, columns].flat())
  const count = sizeOf(sizeIn(kernel, axes.kernel, both))
  const depth = sizeOf(sizeIn(kernel, axes.kernel, summed))
  const width = sizeOf(sizeIn(kernel, axes.kernel, columns))
  const batch = both.length > 0 ? [count] : []
  const product = tf.matMul(tf.reshape(left, [...batch, -1, depth]), tf.reshape(right, [...batch, depth, width]))
  const shape = [...sizeIn(summedX, input, [...both, ...rows]), ...sizeIn(kernel, axes.kernel, columns)]
  return reordered(tf.reshape(product, shape), [both, rows, columns].flat(), axes.output)
}

/** Orders the axes of x, whose labels are `from`, like `to`. */
const reordered = (x: tf.Tensor, from: readonly string[], to: readonly string[]): tf.Tensor =>
  from.join() === to.join()
    ? x
    : tf.transpose(
        x,
        to.map((label) => from.indexOf(label)),
      )
