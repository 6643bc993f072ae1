/** Which outputs carry a mask, and of what shape: known before there is any data. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { formatShape, type Shape } from '../base/shape.js'
import type { LayerSpec } from '../spec/spec.js'
import { ShapeProblem } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import type { Call } from './network.js'

/**
 * Adds the mask that the output of a call carries to those of the calls before it, by name and without the batch; takes
 * away what the call ends. Throws ShapeProblem where the layer cannot take the mask of an input.
 */
export function followMask(
  { name, layer, inputs }: Pick<Call, 'name' | 'layer' | 'inputs'>,
  shapes: ReadonlyMap<string, Shape>,
  masks: Map<string, Shape>,
): void {
  const rule = layerRule<LayerSpec>(layer)
  const given = inputs.map((input) => masks.get(input))
  const isMasked = given.some((mask) => mask !== undefined)
  const samples = inputs.map((input) => shapes.get(input)!)
  if (isMasked && rule.readsMask) {
    for (const [index, mask] of given.entries()) if (mask) checkOfSteps(mask, samples[index]!)
  }
  if (rule.mask && (isMasked || rule.makesMask?.(layer))) {
    tf.enableProdMode() // tfjs then prints no advice
    const shape = tf.tidy(() => {
      const tensors = samples.map((sample) => tf.zeros([1, ...sample]))
      const ofEach = given.map((mask) => mask && tf.zeros([1, ...mask], 'bool'))
      return rule.mask!(layer, tensors, ofEach)?.shape.slice(1)
    })
    if (shape) masks.set(name, shape)
  }
  if (rule.takesMasks) for (const input of inputs) masks.delete(input)
}

/** A mask has a flag for each place of the input, which has features there. */
function checkOfSteps(mask: Shape, sample: Shape): void {
  const places = sample.slice(0, -1)
  if (mask.join() === places.join()) return
  const [wanted, found, input] = [places, mask, sample].map((shape) => formatShape([null, ...shape]))
  throw new ShapeProblem(
    `needs a mask of ${wanted} for its input ${input}, but a layer before it made one of ${found}; a Reshape between them ends it`,
  )
}
