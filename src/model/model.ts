/** Builds a model from a spec: a pure function of its inputs and weights, written in tfjs ops. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import './gradients.js'
import type { Named } from '../base/field.js'
import { inputKey } from '../base/form.js'
import type { NoiseInput } from '../base/noise.js'
import { PURPOSE, RandomStream } from '../base/philox.js'
import type { Shape } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'
import type { LayerSpec, NetworkSpec } from '../spec/spec.js'
import type { Projection } from './constraints.js'
import { applyLayer, type LayerOutput, regularizesActivity } from './layers/apply.js'
import type { LayerRule } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import { savedForm } from './layers-topology.js'
import { lookupsOf } from './lookups.js'
import { followMask, noMasks } from './mask-shapes.js'
import type { ModelStage } from './model-stage.js'
import { type Network, networkOf, type OutputNames } from './network.js'
import type { Penalty } from './regularizers.js'
import type { Saveable } from './saveable.js'
import { takenMasks } from './taken-masks.js'
import { withoutGradient } from './without-gradient.js'

export interface Model extends Saveable {
  /** Shape of each input for one sample, by name. */
  readonly inputs: Named<Shape>
  /** Shape of the first output, without the batch. */
  readonly outputShape: Shape
  /** Shapes without the batch; `masked` is true for an output that carries a mask. */
  readonly outputs: readonly { readonly name: string; readonly shape: Shape; readonly masked: boolean }[]
  /** In Keras' order: layer by layer, kernel before bias. */
  readonly weights: readonly Weight[]
  /** Random numbers that a training pass needs. */
  readonly noise: readonly NoiseInput[]
  readonly stages: readonly ModelStage[]
  /** Layers that look up rows by indices that other layers compute. An index without a row makes the loss NaN. */
  readonly lookups: readonly ComputedLookup[]
  /**
   * Runs the model on its inputs by name, each (batch, ...shape): in training mode if `noise` is given, else in inference
   * mode. `visit` is called with the output of every layer.
   */
  apply(inputs: Tensors, weights: Tensors, options?: ApplyOptions): Applied
}

export interface Weight extends Slot {
  readonly role: 'weight'
  /** True if an optimizer may change it. */
  readonly trainable: boolean
  /**
   * The loss has no gradient with respect to this weight, so it never changes, not even by weight decay, as in Keras on
   * TensorFlow.
   */
  readonly unreached?: true
  /** Applied to the weight after each update. */
  readonly constraint?: Projection | undefined
}

/**
 * One output of a model for a batch, (batch, ...outputShape), with the logits of its last activation and its mask, if
 * it has them.
 */
export type Prediction = LayerOutput

/** All outputs of a model; the fields of LayerOutput are those of the first output. */
export interface Applied extends LayerOutput {
  readonly outputs: readonly LayerOutput[]
  /**
   * New values of weights that change in a training step without being trained, such as running means, and of weights
   * that a layer replaces before they are trained.
   */
  readonly updates: Tensors
  /** Sum of all regularization terms, which is added to the mean loss; null if there are none. */
  readonly penalty: tf.Tensor | null
}

/** True if training changes a weight. */
export const learns = ({ trainable, unreached }: Weight): boolean => trainable && !unreached

export interface ApplyOptions {
  readonly noise?: Tensors
  readonly visit?: (layer: string, output: tf.Tensor) => void
}

export interface ComputedLookup {
  /** `Embedding "embedding"` */
  readonly layer: string
  /** Name of the call that computes the indices. */
  readonly source: string
  readonly rows: number
}

/** Builds the spec's layers for inputs of these shapes. Assumes that `checkModel` has found no problem. */
export function buildModel(
  spec: NetworkSpec,
  inputs: Named<Shape>,
  seed: number,
  wanted: OutputNames = [{ name: null, pointer: '' }],
): Model {
  tf.enableProdMode() // keeps tfjs from printing advice
  const { network } = networkOf(spec, wanted, inputs)
  const weights: Weight[] = []
  const noise: NoiseInput[] = []
  const penalties: { readonly name: string; readonly penalty: Penalty }[] = []
  const shapes = new Map(byKey(inputs))
  const owned = new Map<string, ModelStage['weights']>()
  const reaches = reachOf(network)
  const computed = new Map(lookupsOf(network).flatMap(({ call, rows, inputs }) => (inputs ? [] : [[call.name, rows]])))
  const stages = network.calls.map((call): ModelStage => {
    const { layer, name, owner } = call
    const rule = ruleOf(layer)
    const inputShapes = call.inputs.map((input) => shapes.get(input)!)
    const outputShape = rule.outputShape(layer, inputShapes)
    shapes.set(name, outputShape)
    if (!owned.has(owner)) {
      const requests = rule.weights?.(layer, inputShapes) ?? []
      for (const { name: own, shape, initializer, penalty, constraint, ...rest } of requests) {
        const key = { seed, purpose: PURPOSE.initial, stream: weights.length, step: 0 }
        const full = `${owner}/${own}`
        const trainable = (rest.trainable ?? true) && (!('trainable' in layer) || layer.trainable)
        weights.push({
          name: full,
          shape,
          role: 'weight',
          trainable,
          ...(!reaches(owner, own) && !(penalty && trainable) && { unreached: true }),
          constraint,
          initial: () => initializer(shape, new RandomStream(key)),
        })
        if (penalty && trainable) penalties.push({ name: full, penalty })
      }
      owned.set(owner, Object.fromEntries(requests.map((request) => [request.name, `${owner}/${request.name}`])))
    }
    const draws = Object.entries(rule.noise?.(layer, inputShapes) ?? {})
    for (const [own, { shape, distribution }] of draws) {
      const full = `${name}/${own}`
      noise.push({ kind: 'noise', name: full, shape: [null, ...shape], stream: noise.length, distribution })
    }
    const noiseNames = Object.fromEntries(draws.map(([own]) => [own, `${name}/${own}`]))
    return { ...call, inputShapes, outputShape, weights: owned.get(owner)!, noise: noiseNames }
  })
  const masks = noMasks()
  const taken = takenMasks(network)
  for (const call of network.calls) followMask(call, shapes, masks, taken.before.get(call.name)!)
  const isMasked = (name: string) => masks.carried.has(name) && !taken.atEnd.has(name)
  const model: Model = {
    inputs,
    outputShape: shapes.get(network.outputs[0]!)!,
    outputs: network.outputs.map((name) => ({ name, shape: shapes.get(name)!, masked: isMasked(name) })),
    weights,
    noise,
    stages,
    lookups: stages.flatMap(({ layer, name, inputs }) => {
      const rows = computed.get(name)
      return rows === undefined ? [] : [{ layer: `${layer.type} "${name}"`, source: inputs[0]!, rows }]
    }),
    apply(samples, values, { noise: draws, visit } = {}) {
      const training = draws !== undefined
      const updates: Record<string, tf.Tensor> = {}
      const added: tf.Tensor[] = []
      const made = new Map<string, Made>(byKey(samples).map(([key, output]) => [key, { output }]))
      for (const stage of stages) {
        const rule = ruleOf(stage.layer)
        const given = stage.inputs.map((name) => made.get(name)!)
        const rows = computed.get(stage.name)
        const inputs = given.map(({ output }) => (rows === undefined ? output : withRows(output, rows, added)))
        const isTaken = taken.before.get(stage.name)!
        const kept = given.map(({ kept }) => kept)
        const carried = given.map(({ mask }, index) => (isTaken.has(stage.inputs[index]!) ? undefined : mask))
        const isSame = rule.keepsMasks || carried.every((mask, index) => mask === kept[index])
        const masks = isSame ? kept : carried
        const applied = applyLayer(rule, stage.layer, inputs, {
          training,
          // a shared layer continues from the running values of its previous call
          weights: named(stage.weights, training ? { ...values, ...updates } : values),
          noise: draws ? named(stage.noise, draws) : {},
          masks,
          update: (own, next) => {
            updates[stage.weights[own]!] = next
          },
          addLoss: (penalty) => added.push(penalty),
        })
        const { logits } = rule.handsOn?.(stage.layer, training) ? given[0]! : applied
        const ofKept = isSame ? applied.mask : rule.mask?.(stage.layer, inputs, kept)
        made.set(stage.name, { ...applied, kept: ofKept, ...(logits && { logits }) })
        visit?.(stage.name, applied.output)
      }
      // of the weights that the layers had, which may have replaced them
      const ofWeights = penalties.map(({ name, penalty }) => penalty(updates[name] ?? values[name]!))
      const all = [...ofWeights, ...added]
      const penalty = all.length === 0 ? null : all.reduce((sum, one) => tf.add(sum, one))
      const outputs = network.outputs.map((name) => {
        const { kept, mask, ...rest } = made.get(name)!
        return taken.atEnd.has(name) ? rest : { ...rest, mask }
      })
      return { ...outputs[0]!, outputs, updates, penalty }
    },
    saved: () => savedForm(model),
  }
  return model
}

/** Output of a call with its mask, and `kept`: the mask as it would be if no layer took any away. */
interface Made extends LayerOutput {
  readonly kept?: tf.Tensor | undefined
}

/** Replaces an index that has no row by 0, and adds NaN to the loss if there is one. */
function withRows(x: tf.Tensor, rows: number, added: tf.Tensor[]): tf.Tensor {
  const zeros = tf.zerosLike(x)
  const has = withoutGradient(() => tf.logicalAnd(tf.greater(x, -1), tf.less(x, rows)))
  added.push(withoutGradient(() => tf.div(tf.sum(tf.where(has, zeros, tf.fill(x.shape, Number.NaN))), x.shape[0]!)))
  return withoutGradient(() => tf.where(has, x, zeros))
}

/**
 * Tells whether a gradient of the loss reaches a weight, by its owner and its name in the layer: from the outputs or
 * from a regularized activity, through a call that computes with the weight.
 */
function reachOf({ calls, outputs }: Network): (owner: string, weight: string) => boolean {
  const values = new Set(outputs)
  const reached = new Map<string, LayerSpec[]>()
  for (const { name, owner, layer, inputs } of calls.toReversed()) {
    const rule = ruleOf(layer)
    if (!values.has(name) && !regularizesActivity(rule, layer)) continue
    reached.set(owner, [...(reached.get(owner) ?? []), layer])
    if (!rule.stopsGradient?.(layer)) for (const input of inputs) values.add(input)
  }
  return (owner, weight) => reached.get(owner)?.some((layer) => ruleOf(layer).uses?.(layer, weight) ?? true) ?? false
}

const byKey = <Value>(inputs: Named<Value>) =>
  Object.entries(inputs).map(([name, value]) => [inputKey(name), value] as const)

const ruleOf = (layer: LayerSpec): LayerRule<LayerSpec> => layerRule<LayerSpec>(layer)

const named = (names: Readonly<Record<string, string>>, tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(names).map(([own, name]) => [own, tensors[name]!]))
