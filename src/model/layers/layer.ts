/** What every layer of the table declares: a layer is a pure function of its inputs and weights, written in tfjs ops. */
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

/** A layer cannot take what it is given; the message says so in a user's words. */
export class ShapeProblem extends Error {}

export const notSequence = (given: Shape) =>
  new ShapeProblem(`needs (None, steps, features), but its input is ${formatShape([null, ...given])}`)

/** A weight that a layer has. */
export interface WeightRequest {
  /** Its own name, as Keras names it: `kernel`. */
  readonly name: string
  readonly shape: Shape
  readonly initializer: Initializer
  /** `false` for what is not learnt by gradients: a running mean. */
  readonly trainable?: false | undefined
  /** What it adds to the loss. */
  readonly penalty?: Penalty | undefined
  /** What is done to it after an update. */
  readonly constraint?: Projection | undefined
}

/** Throws ShapeProblem where a weight cannot be made, regularized or constrained as is asked for. */
export function checkWeight({ name, shape, initializer, penalty, constraint }: WeightRequest): void {
  const why = [initializer, penalty, constraint].map((part) => part?.refuses?.(shape)).find((one) => one !== undefined)
  if (why !== undefined) throw new ShapeProblem(`has a ${name} of shape ${formatShape(shape)}, but ${why}`)
}

/** Random numbers that a layer asks for in training. */
export interface NoiseRequest {
  /** For one sample. */
  readonly shape: Shape
  readonly distribution: Distribution
}

/** What a layer is given beside its inputs. */
export interface Pass {
  readonly training: boolean
  /** By their own names. */
  readonly weights: Tensors
  /** By their own names; there in training. */
  readonly noise: Tensors
  /** Of each input: (batch, time), bool, false where a step is to be passed over; undefined where there is none. */
  readonly masks: readonly (Tensor | undefined)[]
  /** The value that a weight that is not trained has after this step; heeded in training. */
  update(weight: string, value: Tensor): void
  /** Adds a scalar to the loss; heeded in training. */
  addLoss(penalty: Tensor): void
}

/** How plain tfjs-layers knows a layer: its class and configuration; `null` where it has none that computes the same. */
export interface SavedLayer {
  readonly class_name: string
  readonly config: Readonly<Record<string, unknown>>
  /** What it calls those of its weights that have another name there. */
  readonly weights?: Readonly<Record<string, string>>
}

/** Shapes are those of one sample, without the batch; tensors have the batch in front. */
export interface LayerRule<Spec extends LayerSpec> {
  /** How many inputs it takes; one where it does not say. */
  readonly arity?: { readonly least: number; readonly most: number }
  /** Shape of the output; throws ShapeProblem. */
  outputShape(spec: Spec, inputs: readonly Shape[]): Shape
  /** In Keras' order; none where it does not say. */
  weights?(spec: Spec, inputs: readonly Shape[]): readonly WeightRequest[]
  /** By their own names; none where it does not say. */
  noise?(spec: Spec, inputs: readonly Shape[]): Readonly<Record<string, NoiseRequest>>
  /** How many times it writes itself out, one after another; once where it does not say. */
  steps?(spec: Spec, inputs: readonly Shape[]): number
  call(spec: Spec, inputs: readonly Tensor[], pass: Pass): Tensor
  /** Applied to what `call` gives, which is left without it so that a loss can see what it was made from. */
  activation?(spec: Spec, masks: Pass['masks'], inputs: readonly Shape[]): ActivationName
  /**
   * Whether such a pass hands the input on as it is, so that a loss sees what the layers before it made that from; not
   * where it does not say. As in Keras on TensorFlow, a copy of another form, as by Reshape to the same shape, does not.
   */
  handsOn?(spec: Spec, training: boolean): boolean
  /** How many rows it has, where its inputs, without their fractions, are numbers of rows from 0 on. */
  lookups?(spec: Spec): number | undefined
  /** Whether its output has every element of its inputs, and no other number; not where it does not say. */
  readonly moves?: true
  /** Whether no gradient goes through it to its inputs, as where they are whole numbers; not where it does not say. */
  stopsGradient?(spec: Spec): boolean
  /** Whether its call adds to the loss, its `activity_regularizer` apart; not where it does not say. */
  regularizesWithin?(spec: Spec): boolean
  /** What its output, before its activation, can be, by what its inputs can; unknown where it does not say. */
  range?(spec: Spec, inputs: readonly Range[], shapes: readonly Shape[]): Range
  /** The mask of the output; without it masks end here, as in a Keras layer that does not support masking. */
  mask?(spec: Spec, inputs: readonly Tensor[], masks: Pass['masks']): Tensor | undefined
  /** Whether the output carries a mask where no input does; none does where it does not say. */
  makesMask?(spec: Spec): boolean
  /** Its output depends on masks, each of which must have a flag for each step of its input, or for each element of it. */
  readonly readsMask?: 'steps' | 'elements'
  /** Its inputs carry no mask any more for layers that run after it. */
  readonly takesMasks?: true
  /**
   * Its masks are never taken away. Keras hands a layer with one input and an argument `mask` the mask that was there when
   * the model was built; any other layer looks for a mask at its inputs as it runs (keras/src/layers/layer.py, `__call__`).
   */
  readonly keepsMasks?: true
  saved(spec: Spec, inputs: readonly Shape[]): SavedLayer | null
}

export type SpecOf<Type extends LayerSpec['type']> = Extract<LayerSpec, { type: Type }>

/** The mask of the only input, unchanged. */
export const passMask = (_spec: unknown, _inputs: unknown, [mask]: Pass['masks']): Tensor | undefined => mask
