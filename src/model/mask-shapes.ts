/** Which outputs carry a mask, and of what shape: known before there is any data. */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../base/shape.js'
import type { LayerSpec } from '../spec/spec.js'
import { layerRule } from './layers/registry.js'
import type { Call } from './network.js'

/** By the name of a call, the mask that its output carries at the end of a pass, without the batch. */
export function maskShapes(
  calls: readonly Pick<Call, 'name' | 'layer' | 'inputs'>[],
  shapes: ReadonlyMap<string, Shape>,
): ReadonlyMap<string, Shape> {
  const found = new Map<string, Shape>()
  for (const { name, layer, inputs } of calls) {
    const rule = layerRule<LayerSpec>(layer)
    const given = inputs.map((input) => found.get(input))
    if (!rule.mask || (!rule.makesMask?.(layer) && given.every((mask) => mask === undefined))) continue
    const shape = tf.tidy(() => {
      const samples = inputs.map((input) => tf.zeros([1, ...shapes.get(input)!]))
      const masks = given.map((mask) => mask && tf.zeros([1, ...mask], 'bool'))
      return rule.mask!(layer, samples, masks)?.shape.slice(1)
    })
    if (shape) found.set(name, shape)
    if (rule.takesMasks) for (const input of inputs) found.delete(input)
  }
  return found
}
