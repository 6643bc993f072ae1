/** What a model and its losses may be, and can hardly be meant to be. */
import type { DataInfo } from '../data/dataset.js'
import type { OutputSpec } from '../spec/outputs.js'
import type { LayerSpec, SupervisedSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'
import { layerRule } from './layers/registry.js'
import { buildModel, type ModelStage } from './model.js'

/** Of a spec without problems (`checkModel`), in the order of its layers, then of its outputs. */
export function modelWarnings(spec: SupervisedSpec, info: DataInfo, outputs: readonly OutputSpec[]): ModelIssue[] {
  const { stages } = buildModel(spec.model, info.sampleShape, spec.seed, outputs)
  return stages.flatMap(softmaxOfOne)
}

/** keras/src/ops/nn.py, `softmax` */
function softmaxOfOne({ layer, name, owner, pointer, outputShape }: ModelStage): ModelIssue[] {
  const rule = layerRule<LayerSpec>(layer)
  if (name !== owner || rule.activation?.(layer, []) !== 'softmax' || outputShape.at(-1) !== 1) return []
  const message = `${layer.type} "${name}" has softmax over one unit, which is 1 whatever goes in; "sigmoid" gives one probability`
  return [{ code: 'softmax-of-one', pointer, message }]
}
