/** Reads how the layers of a model are connected: a chain (Sequential) or a graph (Functional). */
import { UserError } from '../base/issue.js'
import { isObject } from '../base/json.js'
import { type Fields, listed, own, ownText, shown } from './outside.js'

/** One of the outputs of a call of a layer. */
export interface Ref {
  readonly layer: string
  readonly node: number
  readonly output: number
}

/** A call of a layer. */
export interface Node {
  /** The tensors among its arguments, in order. */
  readonly inputs: readonly Ref[]
  /** Its other arguments; a tensor is a Ref. */
  readonly others: Fields
}

export interface GraphLayer {
  readonly name: string
  readonly className: string
  /** Python module; empty if the file does not say. */
  readonly module: string
  readonly config: Fields
  readonly nodes: readonly Node[]
}

/** A model: layers, and the tensors that go in and out. */
export interface Graph {
  readonly layers: readonly GraphLayer[]
  readonly inputs: readonly Ref[]
  readonly outputs: readonly Ref[]
}

const MODELS = ['Sequential', 'Functional', 'Model']

export const isModel = (className: string): boolean => MODELS.includes(className)

/** Limit on the layers of a model, on their calls, and on those of a model with all models within it. */
export const MOST_LAYERS = 2000

/** Reads `{ class_name, config }`. Throws a UserError that begins with `where` if it is not that of a model. */
export function graphOf(className: string, config: unknown, where: string): Graph {
  // Keras 1 writes the layers of a Sequential model alone
  const layers = Array.isArray(config) ? config : own(config, 'layers')
  if (!Array.isArray(layers) || layers.length === 0) throw new UserError(`${where}: has no list of layers`)
  if (layers.length > MOST_LAYERS) {
    throw new UserError(`${where}: has ${layers.length} layers, must have at most ${MOST_LAYERS}`)
  }
  const isChain = className === 'Sequential'
  const calls = layers.reduce((sum: number, layer) => sum + listed(own(layer, 'inbound_nodes')).length, 0)
  if (calls > MOST_LAYERS)
    throw new UserError(`${where}: has ${calls} calls of layers, must have at most ${MOST_LAYERS}`)
  const read = layers.map((layer, index) => layerOf(layer, `${where}: layer ${index + 1}`, isChain))
  const names = new Set<string>()
  for (const { name } of read) {
    if (names.has(name)) throw new UserError(`${where}: has two layers with the name ${shown(name)}`)
    names.add(name)
  }
  return isChain ? chained(read) : wired(read, config, where)
}

function layerOf(layer: unknown, where: string, isChain: boolean): GraphLayer {
  const className = ownText(layer, 'class_name')
  const given = own(layer, 'config')
  const config = isObject(given) ? given : { layers: given }
  if (className === undefined || given === undefined) throw new UserError(`${where}: has no class_name or no config`)
  // an operation of Keras 3 is named beside its config
  const name = ownText(layer, 'name') ?? ownText(config, 'name') ?? where.slice(where.lastIndexOf('layer'))
  const nodes = isChain
    ? []
    : listed(own(layer, 'inbound_nodes')).map((node) => nodeOf(node, `${where} (${shown(name)})`))
  return { name, className, module: ownText(layer, 'module') ?? '', config, nodes }
}

/** A chain of layers; the first may be an InputLayer. */
function chained(layers: readonly GraphLayer[]): Graph {
  const hasInput = layers[0]!.className === 'InputLayer'
  const [input, rest] = hasInput ? [layers[0]!, layers.slice(1)] : [inputBefore(layers), layers]
  const called = rest.map((layer, index) => ({
    ...layer,
    nodes: [{ inputs: [first(index === 0 ? input.name : rest[index - 1]!.name)], others: {} }],
  }))
  return {
    layers: [{ ...input, nodes: [] }, ...called],
    inputs: [first(input.name)],
    outputs: [first(called.at(-1)?.name ?? input.name)],
  }
}

const first = (layer: string): Ref => ({ layer, node: 0, output: 0 })

/** The input of a chain without an InputLayer; its shape is that of its first layer. */
function inputBefore(layers: readonly GraphLayer[]): GraphLayer {
  let name = 'input'
  while (layers.some((layer) => layer.name === name)) name += '_'
  return { name, className: 'InputLayer', module: '', config: shapeFields(layers[0]!), nodes: [] }
}

/** The fields with the shape of the input of a layer. */
function shapeFields({ className, config }: GraphLayer): Fields {
  const inner = listed(own(config, 'layers'))[0]
  if (isModel(className) && isObject(inner)) {
    const innerConfig = own(inner, 'config')
    return shapeFields({
      className: ownText(inner, 'class_name') ?? '',
      config: isObject(innerConfig) ? innerConfig : {},
      name: '',
      module: '',
      nodes: [],
    })
  }
  return Object.fromEntries(SHAPES.filter((key) => Object.hasOwn(config, key)).map((key) => [key, config[key]]))
}

/** Fields of a layer that say the shape of its input. */
export const SHAPES = ['batch_shape', 'batch_input_shape', 'input_shape', 'input_dim', 'input_length']

function wired(layers: readonly GraphLayer[], config: unknown, where: string): Graph {
  return counted({
    layers,
    inputs: endsOf(own(config, 'input_layers'), `${where}: input_layers`),
    outputs: endsOf(own(config, 'output_layers'), `${where}: output_layers`),
  })
}

/**
 * Counts calls from 0. tf.keras counts those of a model within a model from 1, because the model was called once when it
 * was made (keras/engine/functional.py, `_should_skip_first_node`).
 */
function counted({ layers, inputs, outputs }: Graph): Graph {
  const refs = [...outputs, ...layers.flatMap(({ nodes }) => nodes.flatMap((node) => node.inputs))]
  const last = new Map<string, number>()
  for (const { layer, node } of refs) last.set(layer, Math.max(node, last.get(layer) ?? 0))
  const shifted = new Set(
    layers
      .filter(({ name, className, nodes }) => isModel(className) && last.get(name) === nodes.length)
      .map(({ name }) => name),
  )
  if (shifted.size === 0) return { layers, inputs, outputs }
  const fromZero = (ref: Ref): Ref => (shifted.has(ref.layer) ? { ...ref, node: ref.node - 1 } : ref)
  return {
    layers: layers.map((layer) => ({
      ...layer,
      nodes: layer.nodes.map(({ inputs, others }) => ({ inputs: inputs.map(fromZero), others })),
    })),
    inputs,
    outputs: outputs.map(fromZero),
  }
}

/** The tensors that go in or out: one, a list, or an object of them. */
function endsOf(value: unknown, where: string): readonly Ref[] {
  const one = refOf(value)
  if (one) return [one]
  const all = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
  const refs = all.map((each) => {
    const ref = refOf(each)
    if (!ref) throw new UserError(`${where}: found ${shown(each)}, must be the name of a layer and two numbers`)
    return ref
  })
  if (refs.length === 0) throw new UserError(`${where}: is missing`)
  return refs
}

/** `[layer, node, output]` */
function refOf(value: unknown): Ref | undefined {
  if (!Array.isArray(value) || value.length < 3) return undefined
  const [layer, node, output] = value
  return typeof layer === 'string' && isIndex(node) && isIndex(output) ? { layer, node, output } : undefined
}

const isIndex = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0

/** A call: `{ args, kwargs }` in Keras 3; before, a list of `[layer, node, output, kwargs]`. */
function nodeOf(node: unknown, where: string): Node {
  if (isObject(node)) {
    const kwargs = own(node, 'kwargs')
    const { inputs, rest } = tensorsIn(listed(own(node, 'args')))
    const others = Object.entries(isObject(kwargs) ? kwargs : {}).map(([key, value]) => [
      key,
      keptTensor(value) ?? value,
    ])
    return {
      inputs,
      others: Object.fromEntries([...rest.map((one, index) => [`argument ${index + 1}`, one]), ...others]),
    }
  }
  // Keras 2 writes the only input of a call without a list around it in some versions
  const given = refOf(node) ? [node] : listed(node)
  const inputs = given.map((one) => {
    const ref = refOf(one)
    if (!ref)
      throw new UserError(`${where}: found ${shown(one)} among its inputs, must be the name of a layer and two numbers`)
    return ref
  })
  const kwargs = given.map((one) => (one as readonly unknown[])[3]).find((one) => isObject(one))
  const others = Object.entries((kwargs ?? {}) as Fields).map(([key, value]) => [key, refOf(value) ?? value])
  return { inputs, others: Object.fromEntries(others) }
}

/** A tensor in the arguments of a call of Keras 3. */
function keptTensor(value: unknown): Ref | undefined {
  if (ownText(value, 'class_name') !== '__keras_tensor__') return undefined
  return refOf(own(own(value, 'config'), 'keras_history'))
}

/** Takes the tensors out of nested lists. */
function tensorsIn(args: readonly unknown[]): { readonly inputs: Ref[]; readonly rest: unknown[] } {
  const inputs: Ref[] = []
  const rest: unknown[] = []
  for (const one of args) {
    const tensor = keptTensor(one)
    if (tensor) inputs.push(tensor)
    else if (Array.isArray(one)) {
      const inner = tensorsIn(one)
      inputs.push(...inner.inputs)
      rest.push(...inner.rest)
    } else if (one !== null) rest.push(one)
  }
  return { inputs, rest }
}
