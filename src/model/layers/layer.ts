/** Types of layer rules. A layer is a pure function of its inputs and weights, written in tfjs ops. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Distribution } from '../../base/noise.js'
import { formatShape, type Shape } from '../../base/shape.js'
import type { Tensors } from '../../base/tensors.js'
import type { ActivationName } from '../../spec/activations.js'
import type { LayerSpec } from '../../spec/spec.js'
import type { Projection } from '../constraints.js'
import type { Initializer } from '../initializers.js'
import type { Penalty } from '../regularizers.js'
import type { Range } from './range.js'

/** Thrown if a layer does not fit its inputs. The message is written for users and begins with a verb. */
export class ShapeProblem extends Error {}

export const notSequence = (given: Shape) =>
  new ShapeProblem(`needs (None, steps, features), but its input is ${formatShape([null, ...given])}`)

/** Request for a weight of a layer. */
export interface WeightRequest {
  /** Name within the layer, as in Keras: `kernel`. */
  readonly name: string
  readonly shape: Shape
  readonly initializer: Initializer
  /** `false` for a weight that is not learned by gradients, such as a running mean. */
  readonly trainable?: false | undefined
  /** Its regularizer. */
  readonly penalty?: Penalty | undefined
  /** Applied to the weight after each update. */
  readonly constraint?: Projection | undefined
}

/** Throws ShapeProblem if the weight's initializer, regularizer or constraint does not fit its shape. */
export function checkWeight({ name, shape, initializer, penalty, constraint }: WeightRequest): void {
  const why = [initializer, penalty, constraint].map((part) => part?.refuses?.(shape)).find((one) => one !== undefined)
  if (why !== undefined) throw new ShapeProblem(`has a ${name} of shape ${formatShape(shape)}, but ${why}`)
}

/** Request for random numbers of a layer in training. */
export interface NoiseRequest {
  /** Shape for one sample. */
  readonly shape: Shape
  readonly distribution: Distribution
}

/** The arguments of a layer's call beside its inputs. */
export interface CallContext {
  readonly training: boolean
  /** By their names within the layer. */
  readonly weights: Tensors
  /** By their names within the layer; present in training only. */
  readonly noise: Tensors
  /** The mask of each input: (batch, time), bool, false for steps to skip; undefined if there is none. */
  readonly masks: readonly (Tensor | undefined)[]
  /**
   * Sets the value of an untrained weight after this step, or of a trained weight before its update; ignored outside of
   * training.
   */
  update(weight: string, value: Tensor): void
  /** Adds a scalar to the loss; ignored outside of training. */
  addLoss(penalty: Tensor): void
}

/** A layer's class and configuration in plain tfjs-layers. */
export interface SavedLayer {
  readonly class_name: string
  readonly config: Readonly<Record<string, unknown>>
  /** Names in tfjs-layers of weights that have another name there. */
  readonly weights?: Readonly<Record<string, string>>
}

/**
 * Rules of a type of layer. Shapes are those of one sample, without the batch; tensors have the batch as their first
 * axis. A member that is missing has the default that its comment names.
 */
export interface LayerRule<Spec extends LayerSpec> {
  /** Number of inputs. Default: one. */
  readonly arity?: { readonly least: number; readonly most: number }
  /** Shape of the output; throws ShapeProblem. */
  outputShape(spec: Spec, inputs: readonly Shape[]): Shape
  /** Weights in Keras' order. Default: none. */
  weights?(spec: Spec, inputs: readonly Shape[]): readonly WeightRequest[]
  /** True if its call computes with this one of its weights. Default: it does with all. */
  uses?(spec: Spec, weight: string): boolean
  /** Random numbers that it needs in training, by their names within the layer. Default: none. */
  noise?(spec: Spec, inputs: readonly Shape[]): Readonly<Record<string, NoiseRequest>>
  /** Number of steps that it unrolls, one after another. Default: 1. */
  steps?(spec: Spec, inputs: readonly Shape[]): number
  call(spec: Spec, inputs: readonly Tensor[], context: CallContext): Tensor
  /**
   * Activation applied to the result of `call`. It is kept apart so that a loss can be computed from its input.
   * Default: linear.
   */
  activation?(spec: Spec, masks: CallContext['masks'], inputs: readonly Shape[]): ActivationName
  /**
   * True if the output is the input itself in a training or an inference pass, so that a loss may use the logits of the
   * layers before. As in Keras on TensorFlow, a reshaped copy does not count, even a Reshape to the same shape.
   * Default: no.
   */
  handsOn?(spec: Spec, training: boolean): boolean
  /**
   * Number of rows, for a layer whose inputs, rounded down, are indices of rows from 0 on. Default: it looks up no
   * rows.
   */
  lookups?(spec: Spec): number | undefined
  /** True if its output has all elements of its inputs and no other numbers. Default: no. */
  readonly moves?: true
  /** True if it stops gradients to its inputs, for example because these are integers. Default: no. */
  stopsGradient?(spec: Spec): boolean
  /** True if its call adds to the loss, apart from its `activity_regularizer`. Default: no. */
  regularizesWithin?(spec: Spec): boolean
  /** Range of its output before the activation, from the ranges of its inputs. Default: unknown. */
  range?(spec: Spec, inputs: readonly Range[], shapes: readonly Shape[]): Range
  /** The mask of the output. Default: none, as in a Keras layer that does not support masking. */
  mask?(spec: Spec, inputs: readonly Tensor[], masks: CallContext['masks']): Tensor | undefined
  /** True if the output carries a mask even if no input does. Default: no. */
  makesMask?(spec: Spec): boolean
  /**
   * Set if its output depends on masks: a mask must have one flag per step of its input, whose last axis is features;
   * one per step along the first axis, `time`; or one per element.
   */
  readonly readsMask?: 'steps' | 'time' | 'elements'
  /** Set if it removes the masks of its inputs, so that layers that run later do not see them. */
  readonly takesMasks?: true
  /**
   * Set if it still sees masks that another layer removed. Keras hands a layer with one input and an argument `mask`
   * the mask that existed when the model was built; any other layer looks for a mask at its inputs when it runs
   * (keras/src/layers/layer.py, `__call__`).
   */
  readonly keepsMasks?: true
  saved(spec: Spec, inputs: readonly Shape[]): SavedLayer | null
}

export type SpecOf<Type extends LayerSpec['type']> = Extract<LayerSpec, { type: Type }>

/** Passes on the mask of the only input. */
export const passMask = (_spec: unknown, _inputs: unknown, [mask]: CallContext['masks']): Tensor | undefined => mask
