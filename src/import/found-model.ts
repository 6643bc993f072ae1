/** A model as a file of Keras or TensorFlow.js describes it, before it becomes a spec. */
import type { Shape } from '../base/shape.js'

/**
 * The library whose spellings and defaults a file has. `keras2` is tf.keras too; files of TensorFlow.js are like those
 * of Keras 2.
 */
export type Dialect = 'keras1' | 'keras2' | 'keras3' | 'tfjs'

export interface FoundModel {
  /** Path of the file, for messages. */
  readonly path: string
  readonly dialect: Dialect
  /** `{ class_name, config }` of the model. */
  readonly topology: unknown
  /** `{ optimizer, loss, metrics, ... }`, as Keras 3 or Keras 2 wrote it; undefined if the model was not compiled. */
  readonly compiled: unknown
  /** Null if the file has no weights. */
  readonly weights: WeightSource | null
  close(): Promise<void>
}

/** The place of a layer's weights in a file. */
export interface WeightPlace {
  /** Path of the layer in a `.keras` file: `dense`, or `sequential`, `dense_1` for a layer in another model. */
  readonly path: readonly string[]
  /** Names from the outer model to the layer: `dense`, or `encoder`, `dense`. */
  readonly names: readonly string[]
}

/** A layer that needs weights. */
export interface NeedyLayer {
  /** `Dense "dense"` */
  readonly words: string
  readonly place: WeightPlace
  /** In the order of Keras, with names in the layer: `kernel`, `forward_lstm/kernel`. */
  readonly weights: readonly NeededWeight[]
}

export interface NeededWeight {
  readonly name: string
  readonly shape: Shape
  readonly trainable: boolean
}

/** A weight in a file. */
export interface StoredWeight {
  /** Name or path in the file. */
  readonly name: string
  readonly shape: Shape
  /** Throws a UserError if the file is damaged. */
  read(): Promise<Float32Array>
}

export interface WeightSource {
  /** Finds the weights of each layer, in the order of Keras. Layers come in the order of the file. */
  find(layers: readonly NeedyLayer[]): Promise<readonly (readonly StoredWeight[])[]>
}

/** A reason why a model cannot become a spec. */
export interface Misfit {
  /** `Conv3D "conv3d"`, or a part of the file. */
  readonly subject: string
  readonly message: string
  readonly nearest?: string | undefined
}
