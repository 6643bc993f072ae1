/** Layers that wrap another layer: Bidirectional and TimeDistributed (keras/src/layers/rnn). */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import type { Tensors } from '../../base/tensors.js'
import type { LayerSpec } from '../../spec/spec.js'
import { ACTIVATION_FUNCTIONS } from '../activations.js'
import { applyLayer, rangeOf, regularizesActivity } from './apply.js'
import {
  type CallContext,
  type LayerRule,
  type NoiseRequest,
  notSequence,
  passMask,
  ShapeProblem,
  type SpecOf,
  type WeightRequest,
} from './layer.js'
import { rangeOfSum } from './range.js'
import { sameInTfjs } from './saved.js'

/** Looks up rules in the registry. It is an argument because the registry imports this file. */
export type RuleOf = (spec: LayerSpec) => LayerRule<LayerSpec>

/** A layer within another one, with its rule. */
export interface Within {
  readonly layer: LayerSpec
  readonly rule: LayerRule<LayerSpec>
}

/** Facts of a layer within another one that hold for that too. */
export const factsWithin = <Spec extends LayerSpec>(
  within: (spec: Spec) => Within,
): Required<Pick<LayerRule<Spec>, 'uses' | 'stopsGradient' | 'lookups'>> => ({
  uses(spec, weight) {
    const { layer, rule } = within(spec)
    const own = nameWithin(layer.name, weight)
    return own === undefined || (rule.uses?.(layer, own) ?? true)
  },
  stopsGradient(spec) {
    const { layer, rule } = within(spec)
    return rule.stopsGradient?.(layer) ?? false
  },
  lookups(spec) {
    const { layer, rule } = within(spec)
    return rule.lookups?.(layer)
  },
})

type WrappedSpec = SpecOf<'Bidirectional'>['layer']

const MERGE: { readonly [Mode in SpecOf<'Bidirectional'>['merge_mode']]: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor } = {
  concat: (a, b) => tf.concat([a, b], -1),
  sum: (a, b) => tf.add(a, b),
  mul: (a, b) => tf.mul(a, b),
  ave: (a, b) => tf.div(tf.add(a, b), 2),
}

/** Runs a recurrent layer forward, and a copy of it backward in time (Schuster and Paliwal, 1997). */
export const bidirectional = (ruleOf: RuleOf): LayerRule<SpecOf<'Bidirectional'>> => {
  const both = ({ layer }: SpecOf<'Bidirectional'>): readonly [WrappedSpec, WrappedSpec] => {
    const like = { ...layer, zero_output_for_mask: layer.return_sequences }
    return [
      { ...like, name: `forward_${layer.name}` },
      { ...like, name: `backward_${layer.name}`, go_backwards: true },
    ]
  }
  return {
    outputShape(spec, inputs) {
      const shape = ruleOf(spec.layer).outputShape(spec.layer, inputs)
      return spec.merge_mode === 'concat' ? shape.with(-1, 2 * shape.at(-1)!) : shape
    },
    weights: (spec, inputs) => both(spec).flatMap((layer) => weightsWithin(ruleOf, layer, inputs)),
    noise: (spec, inputs) =>
      Object.fromEntries(both(spec).flatMap((layer) => noiseWithin(ruleOf(layer), layer, inputs))),
    steps: (_, [given]) => 2 * given![0]!,
    call(spec, inputs, context) {
      const [forward, backward] = both(spec).map(
        (layer) => applyLayer(ruleOf(layer), layer, inputs, contextWithin(context, layer.name)).output,
      )
      return MERGE[spec.merge_mode](forward!, spec.layer.return_sequences ? tf.reverse(backward!, 1) : backward!)
    },
    range(spec, inputs, shapes) {
      const one = rangeOf<LayerSpec>(ruleOf(spec.layer), spec.layer, inputs, shapes)
      return spec.merge_mode === 'sum' ? rangeOfSum(spec, [one]) : one
    },
    mask: ({ layer }, inputs, masks) => ruleOf(layer).mask?.(layer, inputs, masks),
    regularizesWithin: ({ layer }) => regularizesActivity(ruleOf(layer), layer),
    readsMask: 'time',
    keepsMasks: true,
    saved(spec, inputs) {
      const layer = ruleOf(spec.layer).saved(spec.layer, inputs)
      return layer && sameInTfjs(spec, { layer })
    },
  }
}

/** Applies the same layer to every step. Steps become samples, so the layer is applied once. */
export const timeDistributed = (ruleOf: RuleOf): LayerRule<SpecOf<'TimeDistributed'>> => {
  const withRule = (spec: SpecOf<'TimeDistributed'>) => {
    const layer = spec.layer as LayerSpec
    return { layer, rule: ruleOf(layer) }
  }
  return {
    outputShape(spec, [given]) {
      const { layer, rule } = withRule(spec)
      if (given!.length < 2) {
        throw notSequence(given!)
      }
      if ((rule.arity?.least ?? 1) > 1) throw new ShapeProblem(`cannot wrap ${layer.type}, which has several inputs`)
      if ((rule.weights?.(layer, [given!.slice(1)]) ?? []).some(({ trainable }) => trainable === false)) {
        throw new ShapeProblem(`cannot wrap ${layer.type}, whose running values would change with every step`)
      }
      return [given![0]!, ...rule.outputShape(layer, [given!.slice(1)])]
    },
    weights: (spec, [given]) => weightsWithin(ruleOf, spec.layer as LayerSpec, [given!.slice(1)]),
    noise(spec, [given]) {
      const { layer, rule } = withRule(spec)
      const drawn = noiseWithin(rule, layer, [given!.slice(1)])
      return Object.fromEntries(
        drawn.map(([name, { shape, ...rest }]) => [name, { shape: [given![0]!, ...shape], ...rest }]),
      )
    },
    steps(spec, [given]) {
      const { layer, rule } = withRule(spec)
      return rule.steps?.(layer, [given!.slice(1)]) ?? 1
    },
    /** The layer's own `activity_regularizer` adds nothing, as in Keras, which calls only the layer's formula. */
    call(spec, [x], context) {
      const { layer, rule } = withRule(spec)
      const [batch, time, ...sample] = x!.shape
      const rows = (y: tf.Tensor, shape: Shape) => tf.reshape(y, [batch! * time!, ...shape])
      const [mask] = context.masks
      const masks = [mask && mask.rank > 2 ? rows(mask, mask.shape.slice(2)) : undefined]
      const within = contextWithin({ ...context, masks }, layer.name)
      const noise = mapValues(within.noise, (draw) => rows(draw, draw.shape.slice(2)))
      const value = rule.call(layer, [rows(x!, sample)], { ...within, noise })
      const activation = rule.activation?.(layer, masks, [sample])
      const output = activation ? ACTIVATION_FUNCTIONS[activation].apply(value) : value
      return tf.reshape(output, [batch!, time!, ...output.shape.slice(1)])
    },
    ...factsWithin(withRule),
    regularizesWithin(spec) {
      const { layer, rule } = withRule(spec)
      return rule.regularizesWithin?.(layer) ?? false
    },
    range(spec, inputs, [given]) {
      const { layer, rule } = withRule(spec)
      return rangeOf(rule, layer, inputs, [given!.slice(1)])
    },
    mask: passMask,
    keepsMasks: true,
    saved(spec, [given]) {
      const { layer, rule } = withRule(spec)
      const saved = rule.saved(layer, [given!.slice(1)])
      return saved && sameInTfjs(spec, { layer: saved })
    },
  }
}

/** Name of a wrapped layer's weight or noise: `forward_lstm/kernel`. */
const within = (layer: { readonly name: string }, own: string) => `${layer.name}/${own}`

/** The inverse: `kernel`; undefined if it is not of the layer. */
const nameWithin = (layer: string, full: string): string | undefined =>
  full.startsWith(`${layer}/`) ? full.slice(layer.length + 1) : undefined

export function weightsWithin(ruleOf: RuleOf, layer: LayerSpec, inputs: readonly Shape[]): WeightRequest[] {
  const requests = ruleOf(layer).weights?.(layer, inputs) ?? []
  const fixed = 'trainable' in layer && !layer.trainable
  return requests.map((request) => ({
    ...request,
    name: within(layer, request.name),
    ...(fixed && { trainable: false }),
  }))
}

const noiseWithin = (
  rule: LayerRule<LayerSpec>,
  layer: LayerSpec,
  inputs: readonly Shape[],
): [string, NoiseRequest][] =>
  Object.entries(rule.noise?.(layer, inputs) ?? {}).map(([own, request]) => [within(layer, own), request])

/** The wrapper's arguments, with the wrapped layer's own names. */
export function contextWithin(context: CallContext, name: string): CallContext {
  const inner = (tensors: Tensors): Tensors =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([full, value]) => {
        const own = nameWithin(name, full)
        return own === undefined ? [] : [[own, value]]
      }),
    )
  return {
    ...context,
    weights: inner(context.weights),
    noise: inner(context.noise),
    update: (own, value) => context.update(`${name}/${own}`, value),
  }
}

const mapValues = (tensors: Tensors, change: (tensor: tf.Tensor) => tf.Tensor): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]))
