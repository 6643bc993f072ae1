/** Which outputs carry a mask, and of what shape: known before there is any data. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { formatShape, type Shape } from '../base/shape.js'
import type { LayerSpec } from '../spec/spec.js'
import { ShapeProblem } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import type { Call } from './network.js'

/** By the name of the call that gives the mask, without the batch. */
export interface MaskShapes {
  /** As layers look for them. */
  readonly carried: Map<string, Shape>
  /** As if none were taken away, for layers that keep theirs. */
  readonly kept: Map<string, Shape>
}

export const noMasks = (): MaskShapes => ({ carried: new Map(), kept: new Map() })

/**
 * Adds the masks that the output of a call has to those of the calls before it. Throws ShapeProblem where the layer cannot
 * take the mask of an input. `taken`: the inputs whose masks are gone by then.
 */
export function followMask(
  { name, layer, inputs }: Pick<Call, 'name' | 'layer' | 'inputs'>,
  shapes: ReadonlyMap<string, Shape>,
  known: MaskShapes,
  taken: ReadonlySet<string>,
): void {
  const rule = layerRule<LayerSpec>(layer)
  const kept = inputs.map((input) => known.kept.get(input))
  const carried = inputs.map((input) => (taken.has(input) ? undefined : known.carried.get(input)))
  const samples = inputs.map((input) => shapes.get(input)!)
  for (const [index, mask] of kept.entries()) if (mask) CHECKS[rule.readsMask ?? 'nothing'](mask, samples[index]!)
  const shapeOf = (given: readonly (Shape | undefined)[]) => {
    if (!rule.mask || !(rule.makesMask?.(layer) || given.some((mask) => mask !== undefined))) return undefined
    tf.enableProdMode() // tfjs then prints no advice
    return tf.tidy(() => {
      const tensors = samples.map((sample) => tf.zeros([1, ...sample]))
      const ofEach = given.map((mask) => mask && tf.zeros([1, ...mask], 'bool'))
      return rule.mask!(layer, tensors, ofEach)?.shape.slice(1)
    })
  }
  const ofKept = shapeOf(kept)
  const ofCarried = rule.keepsMasks ? ofKept : shapeOf(carried)
  if (ofKept) known.kept.set(name, ofKept)
  if (ofCarried) known.carried.set(name, ofCarried)
}

const CHECKS = { steps: checkOfSteps, elements: checkOfElements, nothing: () => {} }

/** A flag for each element of the input, or one for all along an axis (keras/src/layers/activations/softmax.py). */
function checkOfElements(mask: Shape, sample: Shape): void {
  if (mask.length === sample.length && mask.every((length, axis) => length === 1 || length === sample[axis])) return
  throw misfit(mask, sample, sample)
}

/** A mask has a flag for each place of the input, which has features there. */
function checkOfSteps(mask: Shape, sample: Shape): void {
  const places = sample.slice(0, -1)
  if (mask.join() !== places.join()) throw misfit(mask, places, sample)
}

function misfit(mask: Shape, needed: Shape, sample: Shape): ShapeProblem {
  const [wanted, found, input] = [needed, mask, sample].map((shape) => formatShape([null, ...shape]))
  return new ShapeProblem(
    `needs a mask of ${wanted} for its input ${input}, but a layer before it made one of ${found}; a Reshape between them ends it`,
  )
}
