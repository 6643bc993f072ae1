/**
 * Describes a model in the JSON of tfjs-layers and Keras 2: classes and configurations of layers, and their
 * connections.
 */
import type { Named } from '../base/field.js'
import { inputKey, isInputKey } from '../base/form.js'
import type { Shape } from '../base/shape.js'
import type { SavedLayer } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import { NOT_IN_TFJS } from './layers/saved.js'
import type { ModelStage } from './model-stage.js'
import type { SavedForm } from './saveable.js'

/** All of a model that its saved form follows from. */
interface Topology {
  readonly inputs: Named<Shape>
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
  const { stages } = model
  const { open, owners, inputs, callsOf, place } = wiringOf(model)
  const before = open.map(({ name, shape }): SavedLayer & { name: string } => {
    const config = { name, batch_input_shape: [null, ...shape] }
    return { name, class_name: 'InputLayer', config }
  })
  if (isStack(stages))
    return {
      class_name: 'Sequential',
      config: { name: 'model', layers: [...before.map(({ name: _, ...layer }) => layer), ...stages.map(saved)] },
    }

  const inbound = (owner: ModelStage) => callsOf(owner).map((call) => call.inputs.map((name) => [...place(name), {}]))
  return {
    class_name: 'Model',
    config: {
      name: 'model',
      layers: [
        ...before.map((one) => ({ ...one, inbound_nodes: [] })),
        ...owners.map((stage) => ({ name: stage.name, ...saved(stage), inbound_nodes: inbound(stage) })),
      ],
      input_layers: inputs.map((name) => [name, 0, 0]),
      output_layers: model.outputs.map(({ name }) => place(name)),
    },
  }
}

/** Layer, index of the layer's call, and index of the call's output: the source of a value. */
type Place = readonly [layer: string, call: number, output: number]

/** The layers of a model and their connections, as files of Keras describe them. */
interface Wiring {
  /** Inputs of the data that no Input layer stands for. */
  readonly open: readonly { readonly key: string; readonly name: string; readonly shape: Shape }[]
  /** The first call of each layer. */
  readonly owners: readonly ModelStage[]
  /** Names of the layers that stand for the inputs of the data, in the order of these. */
  readonly inputs: readonly string[]
  /** The calls of a layer; none of an Input. */
  callsOf(owner: ModelStage): readonly ModelStage[]
  /** The source of a value, by the name of its call or by the key of an input. */
  place(name: string): Place
}

export function wiringOf(model: Pick<Topology, 'inputs' | 'stages'>): Wiring {
  const { stages } = model
  const data = dataInputs(model)
  const open = data.filter(({ key }) =>
    stages.some(({ layer, inputs }) => layer.type !== 'Input' && inputs.includes(key)),
  )
  const owners = stages.filter(({ name, owner }) => name === owner)
  return {
    open,
    owners,
    inputs: data.flatMap(({ key, name }) => [
      ...open.filter((input) => input.key === key).map(() => name),
      ...owners.filter(({ layer, inputs }) => layer.type === 'Input' && inputs[0] === key).map(({ name }) => name),
    ]),
    callsOf: ({ name, layer }) => (layer.type === 'Input' ? [] : stages.filter(({ owner }) => owner === name)),
    place(name) {
      if (isInputKey(name)) return [data.find(({ key }) => key === name)!.name, 0, 0]
      const { owner } = stages.find((stage) => stage.name === name)!
      return [owner, stages.filter((stage) => stage.owner === owner).findIndex((stage) => stage.name === name), 0]
    },
  }
}

/** True if the model is a plain stack: every layer is called once, on the output of the layer before it. */
export const isStack = (stages: readonly ModelStage[]): boolean =>
  stages.every(
    ({ name, owner, inputs }, index) =>
      name === owner &&
      inputs.length === 1 &&
      (index === 0 ? isInputKey(inputs[0]!) : inputs[0] === stages[index - 1]!.name),
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

/**
 * The inputs of the data: their keys, shapes, and names for inputs that no Input layer names, which are names of no
 * layers. The only input is named `data`.
 */
export function dataInputs({ inputs, stages }: Pick<Topology, 'inputs' | 'stages'>) {
  const all = Object.entries(inputs)
  return all.map(([own, shape]) => {
    let name = all.length === 1 ? 'data' : own
    while (stages.some((stage) => stage.name === name)) name += '_'
    return { key: inputKey(own), name, shape }
  })
}
