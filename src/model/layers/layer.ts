/** What every layer of the table declares. */
import type { layers } from '@tensorflow/tfjs-layers'
import type { Shape } from '../../base/shape.js'
import type { Distribution } from '../../program/program.js'
import type { ActivationName } from '../../spec/activations.js'
import type { InitializerName } from '../../spec/initializers.js'
import type { LayerSpec } from '../../spec/spec.js'

type TfjsLayer = layers.Layer

/** A layer cannot take what it is given; the message says so in a user's words. */
export class ShapeProblem extends Error {}

/** Random numbers that a layer asks for in training. */
export interface NoiseRequest {
  readonly shape: Shape
  readonly distribution: Distribution
}

/** A tfjs layer made from its spec, with what trainspec must know beside it. */
export interface BuiltLayer {
  readonly layer: TfjsLayer
  /** Initializer of each weight by the weight's own name: `kernel`. */
  readonly initializers?: Readonly<Record<string, InitializerName>>
  readonly noise?: NoiseRequest
  /** Applied to what the tfjs layer computes, which is left without one, so that a loss can see what it was made from. */
  readonly activation?: ActivationName
}

export interface LayerRule<Spec extends LayerSpec> {
  /** Shape of a sample after the layer; throws ShapeProblem. */
  outputShape(spec: Spec, input: Shape): Shape
  /** Number of weight elements for a sample of this shape. */
  weightCount(spec: Spec, input: Shape): number
  /** The tfjs layer for a sample of this shape, or `null` where the layer only states a shape. */
  build(spec: Spec, input: Shape): BuiltLayer | null
}

export type SpecOf<Type extends LayerSpec['type']> = Extract<LayerSpec, { type: Type }>
