/** Makes one list of calls of a model and of all models within it. */
import { UserError } from '../base/issue.js'
import { isObject } from '../base/json.js'
import { layerPaths } from '../export/keras/layer-paths.js'
import { toIdentifier } from '../spec/identifier.js'
import { snakeCase } from '../spec/layers/layer.js'
import type { WeightPlace } from './found-model.js'
import { type Graph, type GraphLayer, graphOf, isModel, MOST_LAYERS, type Ref } from './graph.js'
import { type Fields, shown } from './outside.js'

/** A call of a layer that is no model. */
export interface FlatCall {
  /** Unique, and allowed as a name in a spec. */
  readonly name: string
  /** Name of the first call of the layer: its own, except for a layer that is called again. */
  readonly owner: string
  readonly layer: GraphLayer
  /** Names of calls and of inputs. */
  readonly inputs: readonly string[]
  /** Its arguments that are not inputs; a tensor is the name of what gives it, in a `Tensor`. */
  readonly others: Fields
  readonly place: WeightPlace
  /** Rank of the layer in the file. */
  readonly order: number
}

/** A tensor that a call gets by the name of an argument. */
export class Tensor {
  constructor(readonly of: string) {}
}

export interface FlatModel {
  readonly inputs: readonly { readonly name: string; readonly layer: GraphLayer }[]
  /** Each follows those whose outputs it takes. */
  readonly calls: readonly FlatCall[]
  /** Names of the calls that give the outputs. */
  readonly outputs: readonly string[]
}

/** Flattens `{ class_name, config }` of a model. Throws a UserError that begins with `where`. */
export function flatten(className: string, config: unknown, where: string): FlatModel {
  const count = { layers: 0, calls: 0 }
  const model = opened(className, config, where, { path: [], names: [] }, count)
  const taken = new Set<string>()
  const inputs = model.graph.inputs.map(({ layer: name }) => {
    const layer = model.graph.layers.find((one) => one.name === name)
    if (layer?.className !== 'InputLayer') throw new UserError(`${where}: input ${shown(name)} is no InputLayer`)
    return { name: unique(name, layer.className, '', taken), layer }
  })
  const calls: FlatCall[] = []
  const outputs = inlined(
    model,
    inputs.map(({ name }) => name),
    '',
    { calls, taken, count, where },
  )
  return { inputs, calls, outputs }
}

/** A model with all the models within it. */
interface OpenedModel {
  readonly graph: Graph
  readonly layers: ReadonlyMap<string, OpenedLayer>
}

interface OpenedLayer {
  readonly layer: GraphLayer
  readonly place: WeightPlace
  readonly order: number
  /** Set if the layer is a model. */
  readonly model: OpenedModel | null
  /** Name of its first call, if it is no model and has been called. */
  owner?: string
}

interface Count {
  layers: number
  calls: number
}

function opened(className: string, config: unknown, where: string, outer: WeightPlace, count: Count): OpenedModel {
  const graph = graphOf(className, config, where)
  tooMany(count.layers + graph.layers.length, where)
  const nextPath = layerPaths()
  const layers = graph.layers.map((layer): [string, OpenedLayer] => {
    const order = count.layers++
    const place = {
      path: [...outer.path, isOperation(layer) ? '' : nextPath(layer.className)],
      names: [...outer.names, layer.name],
    }
    const model = isModel(layer.className)
      ? opened(layer.className, modelConfig(layer), `${where}: ${layer.className} ${shown(layer.name)}`, place, count)
      : null
    return [layer.name, { layer, place, order, model }]
  })
  return { graph, layers: new Map(layers) }
}

/** Keras 1 has a list in place of the configuration of a Sequential model. */
const modelConfig = ({ config }: GraphLayer): unknown => (Array.isArray(config.layers) ? config : config.layers)

/** Operations of Keras 3, such as a sum of tensors, are no layers. In an .h5 file they have no module. */
export const isOperation = ({ module, className }: Pick<GraphLayer, 'module' | 'className'>): boolean =>
  module.startsWith('keras.src.ops') || (module === '' && OF_MASKS.includes(className))

const OF_MASKS = ['NotEqual', 'Any', 'LogicalAnd', 'LogicalOr']

function tooMany(count: number, where: string): void {
  if (count > MOST_LAYERS) throw new UserError(`${where}: has more than ${MOST_LAYERS} layers`)
}

interface Flattening {
  readonly calls: FlatCall[]
  readonly taken: Set<string>
  readonly count: Count
  readonly where: string
}

/** Adds the calls of a model that gets the values of these names, and returns the names of its outputs. */
function inlined(model: OpenedModel, given: readonly string[], prefix: string, all: Flattening): readonly string[] {
  const { graph, layers } = model
  const { where, count } = all
  const values = new Map<string, readonly string[]>()
  if (given.length !== graph.inputs.length) {
    throw new UserError(`${where}: a model of ${graph.inputs.length} inputs is called with ${given.length}`)
  }
  for (const [index, { layer }] of graph.inputs.entries()) values.set(key(layer, 0), [given[index]!])
  const tensorOf = ({ layer, node, output }: Ref) => values.get(key(layer, node))?.[output]
  let pending = graph.layers.flatMap(({ name, nodes }) => nodes.map((node, index) => ({ name, node, index })))
  while (pending.length > 0) {
    const later = pending.filter(({ name, node, index }) => {
      const inputs = node.inputs.map(tensorOf)
      const others = Object.entries(node.others).map(
        ([key, value]) => [key, isRef(value) ? tensorOf(value) : value, isRef(value)] as const,
      )
      if (inputs.includes(undefined) || others.some(([, value, isTensor]) => isTensor && value === undefined))
        return true
      count.calls += 1
      tooMany(count.calls, where)
      const layer = layers.get(name)!
      const tensors = inputs as readonly string[]
      const named = others.map(([key, value, isTensor]) => [key, isTensor ? new Tensor(value as string) : value])
      const called = Object.fromEntries(named) as Fields
      values.set(
        key(name, index),
        layer.model
          ? inlined(layer.model, tensors, `${prefix}${name}_`, all)
          : [call(layer, { inputs: tensors, others: called, prefix, index }, all)],
      )
      return false
    })
    if (later.length === pending.length) {
      throw new UserError(`${where}: layer ${shown(later[0]!.name)} takes what no layer gives, or its own output`)
    }
    pending = later
  }
  return graph.outputs.map((ref) => {
    const name = tensorOf(ref)
    if (name === undefined) throw new UserError(`${where}: output ${shown(ref.layer)} is what no layer gives`)
    return name
  })
}

const key = (layer: string, node: number): string => `${node} ${layer}`

const isRef = (value: unknown): value is Ref => isObject(value) && Object.keys(value).join() === 'layer,node,output'

function call(
  one: OpenedLayer,
  { inputs, others, prefix, index }: Pick<FlatCall, 'inputs' | 'others'> & { prefix: string; index: number },
  { calls, taken }: Flattening,
): string {
  const { layer, place, order } = one
  const wanted = index === 0 ? layer.name : `${layer.name}_${index}`
  const name = unique(wanted, layer.className, prefix, taken)
  one.owner ??= name
  calls.push({ name, owner: one.owner, layer, inputs, others, place, order })
  return name
}

/** Returns a name for a spec that is like the wanted one, and takes it. */
function unique(wanted: string, className: string, prefix: string, taken: Set<string>): string {
  const otherwise = toIdentifier(snakeCase(className), 'layer')
  const plain = toIdentifier(wanted, otherwise)
  let name = taken.has(plain) && prefix !== '' ? toIdentifier(`${prefix}${wanted}`, otherwise) : plain
  for (let number = 2; taken.has(name); number++) name = `${plain.slice(0, LONGEST_STEM)}_${number}`
  taken.add(name)
  return name
}

/** A name has at most a hundred characters. */
const LONGEST_STEM = 90
