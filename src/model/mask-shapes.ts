/** Finds which outputs carry a mask, and its shape, before there is any data. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { formatShape, type Shape } from '../base/shape.js'
import type { LayerSpec } from '../spec/spec.js'
import { ShapeProblem } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import type { Call } from './network.js'

/** Shapes of masks without the batch, by the name of the call that makes them. */
export interface MaskShapes {
  /** Masks that layers find at their inputs. */
  readonly carried: Map<string, Shape>
  /** Masks as they would be if no layer took any away; some layers still see these (`keepsMasks`). */
  readonly kept: Map<string, Shape>
}

export const noMasks = (): MaskShapes => ({ carried: new Map(), kept: new Map() })

/**
 * Adds the mask of a call's output to the masks of the calls before it. `taken` names the inputs that have lost their
 * mask by then. Throws ShapeProblem if the layer cannot take the mask of an input.
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
    tf.enableProdMode() // keeps tfjs from printing advice
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

const CHECKS = { steps: checkOfSteps, time: checkOfTime, elements: checkOfElements, nothing: () => {} }

/**
 * Checks that a mask has one flag per element of the input, or length 1 along an axis
 * (keras/src/layers/activations/softmax.py).
 */
function checkOfElements(mask: Shape, sample: Shape): void {
  if (mask.length === sample.length && mask.every((length, axis) => length === 1 || length === sample[axis])) return
  throw misfit(mask, sample, sample)
}

/** Checks that a mask has one flag per position of the input, where the last axis of the input is features. */
function checkOfSteps(mask: Shape, sample: Shape): void {
  const places = sample.slice(0, -1)
  if (mask.join() !== places.join()) throw misfit(mask, places, sample)
}

/** Checks that a mask has one flag per step along the first axis of the input. */
function checkOfTime(mask: Shape, sample: Shape): void {
  const steps = sample.slice(0, 1)
  if (mask.join() !== steps.join()) throw misfit(mask, steps, sample)
}

function misfit(mask: Shape, needed: Shape, sample: Shape): ShapeProblem {
  const [wanted, found, input] = [needed, mask, sample].map((shape) => formatShape([null, ...shape]))
  return new ShapeProblem(
    `needs a mask of shape ${wanted} for its input ${input}, but a layer before it made one of shape ${found}; a Reshape between them removes it`,
  )
}
