/** Axes as Keras counts them: 0 is the batch, -1 the last axis. */
import { formatShape, type Shape } from '../../base/shape.js'
import { ShapeProblem } from './layer.js'

/**
 * Converts axes of a spec to axes of a batch of samples of this shape, counted from 0, in the order given. Throws
 * ShapeProblem if an axis does not exist or is given twice.
 */
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
