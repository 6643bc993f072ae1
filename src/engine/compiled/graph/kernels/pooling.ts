/** Maximum and mean of windows over (batch, ...space, channels), and their gradients. */
import type { NamedAttrMap } from '@tensorflow/tfjs-core'
import type { Shape } from '../../../../base/shape.js'
import type { Attributes } from '../value.js'
import type { KernelRule } from './rule.js'
import { countsOf, perAxis, spaceOf, windowIn, windowOf } from './window.js'

function poolAttributes(given: NamedAttrMap, input: Shape) {
  const space = spaceOf(input)
  const size = perAxis(given.size ?? given.filterSize, space.length)
  return { size, ...windowOf(given, space, size) }
}

function pooled(input: Shape, attributes: Attributes): number[] {
  const window = windowIn(attributes)
  return [input[0]!, ...countsOf(spaceOf(input), window.size, window), input.at(-1)!]
}

const pool = {
  inputs: ['x'],
  attributes: (given, [x]) => poolAttributes(given, x!.shape),
  output: ([x], attributes) => ({ shape: pooled(x!.shape, attributes), dtype: x!.dtype }),
} as const satisfies KernelRule

function requireGradient(dy: Shape, input: Shape, attributes: Attributes): void {
  const expected = pooled(input, attributes)
  if (dy.join() !== expected.join()) throw new Error(`internal: gradient (${dy}) of (${expected})`)
}

export const POOLING = {
  MaxPool: pool,
  /** The first of equal elements, in row-major order, gets all of the gradient. */
  MaxPoolGrad: {
    inputs: ['dy', 'input', 'output'],
    attributes: (given, [, input]) => poolAttributes(given, input!.shape),
    output([dy, input], attributes) {
      requireGradient(dy!.shape, input!.shape, attributes)
      return input!
    },
  },
  /** Padding does not count in the mean. */
  AvgPool: pool,
  /**
   * Only without padding: with padding tfjs' own kernel is not the gradient, because it divides by the size of the
   * window and not by the number of elements that count (AvgPoolGrad.ts of its backends).
   */
  AvgPoolGrad: {
    inputs: ['dy'],
    attributes(given) {
      const inputShape = [...(given.inputShape as number[])]
      return { inputShape, ...poolAttributes(given, inputShape) }
    },
    output([dy], attributes) {
      const shape = attributes.inputShape as number[]
      if (windowIn(attributes).pads.some((pad) => pad !== 0)) {
        throw new Error('internal: the gradient of an average over windows with pads')
      }
      requireGradient(dy!.shape, shape, attributes)
      return { shape, dtype: 'float32' }
    },
  },
} as const satisfies Record<string, KernelRule>
