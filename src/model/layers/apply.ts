/** Applies a layer: its call, its activation and its activity regularizer; and finds the range of its output. */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape } from '../../base/shape.js'
import type { ActivationName } from '../../spec/activations.js'
import type { RegularizerSpec } from '../../spec/regularizers.js'
import type { LayerSpec } from '../../spec/spec.js'
import { ACTIVATION_FUNCTIONS } from '../activations.js'
import { penaltyOf } from '../regularizers.js'
import { withoutGradient } from '../without-gradient.js'
import { type CallContext, type LayerRule, ShapeProblem } from './layer.js'
import type { Range } from './range.js'

export interface LayerOutput {
  readonly output: tf.Tensor
  /** The input of the layer's activation, if it has one. */
  readonly logits?: { readonly value: tf.Tensor; readonly activation: ActivationName }
  readonly mask?: tf.Tensor | undefined
}

export function applyLayer<Spec extends LayerSpec>(
  rule: LayerRule<Spec>,
  spec: Spec,
  given: readonly tf.Tensor[],
  context: CallContext,
): LayerOutput {
  const inputs = rule.stopsGradient?.(spec) ? given.map((x) => withoutGradient(() => tf.clone(x))) : given
  const value = rule.call(spec, inputs, context)
  const activation = rule.activation?.(
    spec,
    context.masks,
    inputs.map(({ shape }) => shape.slice(1)),
  )
  const output = activation ? ACTIVATION_FUNCTIONS[activation].apply(value) : value
  const penalty = activityPenalty(spec)
  if (penalty) context.addLoss(tf.div(penalty(output), output.shape[0]!))
  const mask = rule.mask?.(spec, inputs, context.masks)
  return { output, mask, ...(activation && { logits: { value, activation } }) }
}

/** Range of a layer's output, from the ranges of its inputs and the shapes of their samples. */
export function rangeOf<Spec extends LayerSpec>(
  rule: LayerRule<Spec>,
  spec: Spec,
  inputs: readonly Range[],
  shapes: readonly Shape[],
): Range {
  const activation = rule.activation?.(spec, [], shapes) ?? 'linear'
  if (activation !== 'linear') return ACTIVATION_FUNCTIONS[activation].range ?? 'any'
  if (rule.handsOn?.(spec, false)) return inputs[0]!
  return rule.range?.(spec, inputs, shapes) ?? 'unknown'
}

/** Throws ShapeProblem if the layer's activity regularizer cannot be applied to an output of this shape. */
export function checkActivity(spec: object, output: Shape): void {
  const batch = [null, ...output]
  const why = activityPenalty(spec)?.refuses?.(batch)
  if (why !== undefined) throw new ShapeProblem(`gives ${formatShape(batch)}, but ${why}`)
}

/** True if a layer adds a penalty to the loss. */
export const regularizesActivity = <Spec extends LayerSpec>(rule: LayerRule<Spec>, spec: Spec): boolean =>
  activityPenalty(spec) !== undefined || (rule.regularizesWithin?.(spec) ?? false)

const activityPenalty = (spec: object) =>
  'activity_regularizer' in spec ? penaltyOf(spec.activity_regularizer as RegularizerSpec | null) : undefined
