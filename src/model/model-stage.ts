/** A stage of a model: one use of a layer. */
import type { Shape } from '../base/shape.js'
import type { Call } from './network.js'

/** A call of a layer, with the shapes of a sample. */
export interface ModelStage extends Call {
  readonly inputShapes: readonly Shape[]
  readonly outputShape: Shape
  /** Weights and noise of the layer by its own names: their names in the model. */
  readonly weights: Readonly<Record<string, string>>
  readonly noise: Readonly<Record<string, string>>
}
