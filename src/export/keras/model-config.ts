/** A model as Keras 3 saves it (keras/src/models/functional.py and sequential.py, `get_config`). */
import { isStack, wiringOf } from '../../model/layers-topology.js'
import type { Model } from '../../model/model.js'
import type { ModelStage } from '../../model/model-stage.js'
import { layerOrder, maskedPositions } from './layer-order.js'
import { layerPaths } from './layer-paths.js'
import { callOf, FLOAT32, holdersOf, inputLayer, isAttention, isReversed, kerasLayer } from './layers.js'
import { type KerasObject, kerasObject } from './objects.js'
import type { PythonValue } from './python-json.js'

/** The model that Keras makes, and the groups of a file of weights that it reads. */
export interface KerasModel {
  readonly object: KerasObject
  /** In Keras' order. */
  readonly groups: readonly WeightGroup[]
}

/** Weights of a layer, or of a part of it. */
export interface WeightGroup {
  /** `layers/dense_1`, or `layers/lstm/cell`. */
  readonly path: string
  /** Name of the layer. */
  readonly name: string
  /** Names of the weights in programs, in the order of their numbers in the file. */
  readonly weights: readonly string[]
}

export function kerasModel(model: Pick<Model, 'inputs' | 'stages' | 'outputs'>, name: string): KerasModel {
  const { stages } = model
  const wiring = wiringOf(model)
  const names = kerasNames([...wiring.open.map(({ name }) => name), ...wiring.owners.map(({ name }) => name)])
  const isSequential = isStack(stages) && !stages.some(({ layer }) => isAttention(layer) || isReversed(layer))
  const layers = new Map<string, { readonly object: KerasObject; readonly stage: ModelStage | null }>([
    ...wiring.open.map(
      (input) => [input.name, { object: inputLayer(names.get(input.name)!, input.shape), stage: null }] as const,
    ),
    ...wiring.owners.map((stage) => [stage.name, { object: objectOf(stage, names.get(stage.name)!), stage }] as const),
  ])
  const inOrder = (isSequential ? [...layers.keys()] : layerOrder(graphOf(model))).map((name) => layers.get(name)!)
  // a Sequential has no layer for its input, but its configuration has
  const groups = groupsOf(isSequential ? inOrder.filter(({ object }) => object.class_name !== 'InputLayer') : inOrder)
  if (isSequential) {
    const config = { name, trainable: true, dtype: FLOAT32, layers: inOrder.map(({ object }) => object) }
    return { object: kerasObject('keras', 'Sequential', config), groups }
  }

  const shapeOf = (value: string): PythonValue => {
    const stage = stages.find((stage) => stage.name === value)
    return [null, ...(stage ? stage.outputShape : wiring.open.find((input) => input.key === value)!.shape)]
  }
  const placeOf = (value: string): PythonValue[] => {
    const [layer, call, output] = wiring.place(value)
    return [names.get(layer)!, call, output]
  }
  const tensor = (value: string): PythonValue => ({
    class_name: '__keras_tensor__',
    config: { shape: shapeOf(value), dtype: 'float32', keras_history: placeOf(value) },
  })
  const one = (places: readonly PythonValue[]): PythonValue => (places.length === 1 ? places[0]! : places)
  const config = {
    name,
    trainable: true,
    layers: inOrder.map(({ object, stage }) => ({
      ...object,
      name: object.config.name!,
      inbound_nodes: stage ? wiring.callsOf(stage).map(({ layer, inputs }) => callOf(layer, inputs.map(tensor))) : [],
    })),
    input_layers: one(wiring.inputs.map((input) => [names.get(input)!, 0, 0])),
    output_layers: one(model.outputs.map(({ name }) => placeOf(name))),
  }
  return { object: kerasObject('keras.src.models.functional', 'Functional', config), groups }
}

const objectOf = ({ layer }: ModelStage, name: string): KerasObject =>
  layer.type === 'Input' ? inputLayer(name, layer.shape) : kerasLayer(layer, name)

/** Names of the layers that compute something else in Keras, because the mask of their input ends there. */
export const maskedLayers = (model: Pick<Model, 'inputs' | 'stages' | 'outputs'>): readonly string[] =>
  maskedPositions(graphOf(model))

const graphOf = (model: Pick<Model, 'inputs' | 'stages' | 'outputs'>) => {
  const { place } = wiringOf(model)
  const outputs = model.outputs.map(({ name }) => name)
  return { stages: model.stages, outputs, owner: (name: string) => place(name)[0] }
}

/** Names in Keras, which must not contain a slash. */
function kerasNames(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(names.filter((name) => !name.includes('/')))
  return new Map(
    names.map((name) => {
      if (!name.includes('/')) return [name, name]
      let plain = name.replaceAll('/', '-')
      while (taken.has(plain)) plain += '_'
      taken.add(plain)
      return [name, plain]
    }),
  )
}

/** The groups of weights of layers, which are under the names of their classes, numbered from the second on. */
function groupsOf(
  layers: readonly { readonly object: KerasObject; readonly stage: ModelStage | null }[],
): readonly WeightGroup[] {
  const pathOf = layerPaths()
  return layers.flatMap(({ object, stage }) => {
    const path = `layers/${pathOf(object.class_name)}`
    const parts = new Map<string, string[]>([['', []]])
    for (const [own, weight] of Object.entries(stage?.weights ?? {})) {
      for (const holder of holdersOf(stage!.layer, own)) parts.set(holder, [...(parts.get(holder) ?? []), weight])
    }
    return [...parts].map(([part, weights]) => ({
      path: part === '' ? path : `${path}/${part}`,
      name: object.config.name as string,
      weights,
    }))
  })
}
