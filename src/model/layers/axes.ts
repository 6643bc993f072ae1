/** Axes as Keras counts them: the batch is 0, the last one -1. */
import { formatShape, type Shape } from '../../base/shape.js'
import { ShapeProblem } from './layer.js'

/** Axes of a tensor with the batch, for samples of this shape, in the order they are given; throws ShapeProblem. */
export function axesOf(given: number | readonly number[], sample: Shape): number[] {
  const rank = sample.length + 1
  const found = ([] as number[]).concat(given)
  const axes = found.map((axis) => (axis < 0 ? axis + rank : axis))
  for (const [index, axis] of axes.entries()) {
    const allowed = sample.map((_, below) => below + 1)
    const shape = formatShape([null, ...sample])
    if (!allowed.includes(axis)) {
      const names = [...allowed, ...allowed.map((one) => one - rank)].join(', ')
      throw new ShapeProblem(`has axis ${found[index]}, but ${shape} has only axes ${names} beside the batch`)
    }
    if (axes.indexOf(axis) < index) throw new ShapeProblem(`has axis ${axis} of ${shape} twice`)
  }
  return axes
}
