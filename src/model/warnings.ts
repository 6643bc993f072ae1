/** What a model and its losses may be, and can hardly be meant to be. */
import type { DataInfo } from '../data/dataset.js'
import type { OutputSpec } from '../spec/outputs.js'
import type { LayerSpec, SupervisedSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'
import { layerRule } from './layers/registry.js'
import { buildModel, learns, type Model, type ModelStage } from './model.js'

/** Of a spec without problems (`checkModel`), in the order of its layers, then of its outputs. */
export function modelWarnings(spec: SupervisedSpec, info: DataInfo, outputs: readonly OutputSpec[]): ModelIssue[] {
  const model = buildModel(spec.model, info.sampleShape, spec.seed, outputs)
  return [...model.stages.flatMap(softmaxOfOne), ...untrained(model)]
}

/** Code of the warning that no weight learns. */
export const NOTHING_TRAINED = 'nothing-trained'

/** As Keras on TensorFlow warns (keras/src/optimizers/base_optimizer.py, `_filter_empty_gradients`; backend/tensorflow/trainer.py). */
function untrained({ weights, stages }: Model): ModelIssue[] {
  const unreached = weights.filter(({ trainable, unreached }) => trainable && unreached).map(({ name }) => name)
  const reason =
    unreached.length === 0 ? 'no layer is trainable' : `no gradient of the loss reaches ${listed(unreached)}`
  if (!weights.some(learns)) {
    const message = `nothing is trained, every epoch only measures: ${weights.length === 0 ? 'the model has no weights' : reason}`
    return [{ code: NOTHING_TRAINED, pointer: '/model', message }]
  }
  if (unreached.length === 0) return []
  const { pointer } = stages.find((stage) => Object.values(stage.weights).includes(unreached[0]!))!
  const stay = unreached.length === 1 ? 'it stays as it is' : 'they stay as they are'
  return [{ code: 'no-gradient', pointer, message: `${reason}: ${stay}` }]
}

const listed = (names: readonly string[]): string =>
  names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** keras/src/ops/nn.py, `softmax` */
function softmaxOfOne({ layer, name, owner, pointer, inputShapes, outputShape }: ModelStage): ModelIssue[] {
  const rule = layerRule<LayerSpec>(layer)
  if (name !== owner || rule.activation?.(layer, [], inputShapes) !== 'softmax' || outputShape.at(-1) !== 1) return []
  const message = `${layer.type} "${name}" has softmax over one unit, which is 1 whatever goes in; "sigmoid" gives one probability`
  return [{ code: 'softmax-of-one', pointer, message }]
}
