/** A stage of a model: one use of a layer. */
import type { Shape } from '../base/shape.js'
import type { Call } from './network.js'

/** A call of a layer with the shapes of its inputs and its output, without the batch. */
export interface ModelStage extends Call {
  readonly inputShapes: readonly Shape[]
  readonly outputShape: Shape
  /**
   * Names in the model of the layer's weights, by the names that the layer itself uses. `noise` is the same for its
   * noise.
   */
  readonly weights: Readonly<Record<string, string>>
  readonly noise: Readonly<Record<string, string>>
}
