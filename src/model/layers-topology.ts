/**
 * Describes a model in the JSON of tfjs-layers and Keras 2: classes and configurations of layers, and their
 * connections.
 */
import type { Shape } from '../base/shape.js'
import type { SavedLayer } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import { NOT_IN_TFJS } from './layers/saved.js'
import type { ModelStage } from './model-stage.js'
import { DATA } from './network.js'
import type { SavedForm } from './saveable.js'

/** All of a model that its saved form follows from. */
interface Topology {
  readonly inputShape: Shape
  readonly stages: readonly ModelStage[]
  readonly outputs: readonly { readonly name: string }[]
}

/** The form that `tf.loadLayersModel` reads. */
export function savedForm(model: Topology): SavedForm {
  const modelTopology = layersTopology(model)
  return {
    document: { ...HEADER, modelTopology },
    notInTfjs: [...new Set(notInTfjs(modelTopology))],
    nameOf: (weight) => savedWeightName(model, weight),
  }
}

/** Finds the names that carry the prefix NOT_IN_TFJS, in the order of the layers, and yields them without it. */
function* notInTfjs(saved: unknown): Iterable<string> {
  if (typeof saved !== 'object' || saved === null) return
  for (const [key, value] of Object.entries(saved)) {
    const isName = key === 'class_name' || key.endsWith('activation')
    if (isName && typeof value === 'string' && value.startsWith(NOT_IN_TFJS)) yield value.slice(NOT_IN_TFJS.length)
    else yield* notInTfjs(value)
  }
}

const HEADER = { format: 'layers-model', generatedBy: 'trainspec', convertedBy: null }

/** The value of `modelTopology` in the file of a layers model. */
function layersTopology(model: Topology): object {
  const { stages, inputShape } = model
  const open = stages.filter(({ layer, inputs }) => layer.type !== 'Input' && inputs.includes(DATA))
  const data = nameOfData(stages)
  const input: SavedLayer = {
    class_name: 'InputLayer',
    config: { name: data, batch_input_shape: [null, ...inputShape] },
  }
  const before = open.length > 0 ? [input] : []
  if (isStack(stages))
    return { class_name: 'Sequential', config: { name: 'model', layers: [...before, ...stages.map(saved)] } }

  const owners = stages.filter(({ name, owner }) => name === owner)
  /** Layer, index of the layer's call, and index of the call's output: the source of the value with this name. */
  const place = (name: string): readonly [string, number, number] => {
    if (name === DATA) return [data, 0, 0]
    const { owner } = stages.find((stage) => stage.name === name)!
    return [owner, stages.filter((stage) => stage.owner === owner).findIndex((stage) => stage.name === name), 0]
  }
  const inbound = (owner: ModelStage) =>
    owner.layer.type === 'Input'
      ? []
      : stages
          .filter((stage) => stage.owner === owner.name)
          .map(({ inputs }) => inputs.map((name) => [...place(name), {}]))
  const inputs = [
    ...before.map(() => data),
    ...owners.filter(({ layer }) => layer.type === 'Input').map(({ name }) => name),
  ]
  return {
    class_name: 'Model',
    config: {
      name: 'model',
      layers: [
        ...before.map((one) => ({ name: data, ...one, inbound_nodes: [] })),
        ...owners.map((stage) => ({ name: stage.name, ...saved(stage), inbound_nodes: inbound(stage) })),
      ],
      input_layers: inputs.map((name) => [name, 0, 0]),
      output_layers: model.outputs.map(({ name }) => place(name)),
    },
  }
}

/** True if the model is a plain stack: every layer is called once, on the output of the layer before it. */
export const isStack = (stages: readonly ModelStage[]): boolean =>
  stages.every(
    ({ name, owner, inputs }, index) =>
      name === owner && inputs.length === 1 && inputs[0] === (index === 0 ? DATA : stages[index - 1]!.name),
  )

function saved(stage: ModelStage): SavedLayer {
  const { class_name, config } = known(stage)
  return { class_name, config: { ...config, name: stage.name } }
}

const known = ({ layer, inputShapes }: ModelStage): SavedLayer =>
  layerRule(layer).saved(layer, inputShapes) ?? { class_name: `${NOT_IN_TFJS}${layer.type}`, config: {} }

/** Name of a weight in a saved model: that of tfjs-layers if it has another, else our own. */
function savedWeightName({ stages }: Topology, name: string): string {
  for (const stage of stages) {
    const own = Object.keys(stage.weights).find((own) => stage.weights[own] === name)
    if (own !== undefined) return `${stage.owner}/${known(stage).weights?.[own] ?? own}`
  }
  return name
}

/** Name for the data if no Input layer gives it one: a name that no layer has. */
export function nameOfData(stages: readonly ModelStage[]): string {
  let name = 'data'
  while (stages.some((stage) => stage.name === name)) name += '_'
  return name
}
