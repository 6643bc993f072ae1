/**
 * Turns a model spec into a list of layer calls that can run in this order: blocks are unrolled, shared layers are
 * resolved, and inputs are named.
 */
import type { Named } from '../base/field.js'
import { inputKey, isInputKey } from '../base/form.js'
import { nearest } from '../base/nearest.js'
import { formatShape, type Shape } from '../base/shape.js'
import type { OutputSpec } from '../spec/outputs.js'
import type { LayerSpec, NetworkSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'

/** One use of a layer. */
export interface Call {
  /**
   * Unique name of the call and of its output: `conv`, `stage/conv` in a block, `stage/2/conv` in a block's second
   * repetition.
   */
  readonly name: string
  /** Name of the call whose weights this one uses: its own, except for a shared layer. */
  readonly owner: string
  readonly layer: LayerSpec
  /** Names of the calls whose outputs it takes, and keys of the inputs of the data (`inputKey`), which no call has. */
  readonly inputs: readonly string[]
  /** JSON pointer to the layer in the spec. */
  readonly pointer: string
}

export interface Network {
  readonly calls: readonly Call[]
  /** Names of the calls that give the model's outputs. */
  readonly outputs: readonly string[]
}

/** Names of the layers that give a model's outputs; null stands for the last layer. */
export type OutputNames = readonly Pick<OutputSpec, 'name' | 'pointer'>[]

/** Most layers of a model, each repetition counted: more than anyone trains, and few enough for the recursion here. */
const MOST_LAYERS = 2000

const NONE: Network = { calls: [], outputs: [] }

/** Returns the calls of a model for data with these inputs, or the problems with how its layers are connected. */
export function networkOf(
  model: NetworkSpec,
  wanted: OutputNames,
  inputs: Named<Shape>,
): { readonly network: Network; readonly issues: readonly ModelIssue[] } {
  const layers = model.layers as readonly LayerSpec[]
  const count = countOf(layers)
  if (count > MOST_LAYERS) {
    const message = `the model has ${count.toLocaleString('en')} layers, must have at most ${MOST_LAYERS.toLocaleString('en')}`
    return { network: NONE, issues: [{ code: 'size', pointer: '/model/layers', message }] }
  }
  const data = dataOf(inputs)
  const misnamed = [
    ...inputIssues(model, data),
    ...nameIssues(layers, '/model/layers', new Set(), data),
    ...outputIssues(layers, wanted),
  ]
  if (misnamed.length > 0) return { network: NONE, issues: misnamed }
  const { calls, outputs } = unrolled(layers, wanted, data)
  const wrong = sharedIssue(calls)
  const ordered = wrong ?? inOrder(calls)
  if ('code' in ordered) return { network: NONE, issues: [ordered] }
  return { network: { calls: ordered, outputs }, issues: unusedIssues(ordered, outputs, data) }
}

/** The inputs of the data. */
interface DataInputs {
  readonly names: ReadonlySet<string>
  /** Key of the input that a layer takes that names none; null if there are several. */
  readonly sole: string | null
  /** `2 inputs: photo (None, 28, 28), about (None, 100)` */
  readonly words: string
}

function dataOf(inputs: Named<Shape>): DataInputs {
  const names = Object.keys(inputs)
  const each = names.map((name) => `"${name}" ${formatShape([null, ...inputs[name]!])}`)
  return {
    names: new Set(names),
    sole: names.length === 1 ? inputKey(names[0]!) : null,
    words: `${names.length} inputs: ${each.join(', ')}`,
  }
}

/** Reports layers that take the data, of which there are several inputs, without saying which. */
function* inputIssues(model: NetworkSpec, { names, sole, words }: DataInputs): Iterable<ModelIssue> {
  if (sole !== null) return
  if (model.type === 'Sequential') {
    const message = `a Sequential model has one input, but the data have ${words}; "output_mode": "concat" in "data" joins numbers to one input, and the layers of a "Functional" model name their "inputs"`
    yield { code: 'inputs', pointer: '/model/type', message }
    return
  }
  for (const [index, layer] of (model.layers as readonly LayerSpec[]).entries()) {
    const pointer = `/model/layers/${index}`
    const { type, name } = layer
    if (type === 'Input') {
      if (names.has(name)) continue
      const message = `Input "${name}" has the name of no input of the data, which have ${words}`
      yield { code: 'unknown-input', pointer, message, nearest: nearest(name, [...names]) }
    } else if (index === 0 && givenInputs(layer) === undefined) {
      const message = `${type} "${name}" takes the data, which have ${words}; "inputs" must name those that it takes`
      yield { code: 'inputs', pointer, message }
    }
  }
}

const countOf = (layers: readonly LayerSpec[]): number =>
  layers.reduce(
    (sum, layer) => sum + (layer.type === 'Block' ? layer.repeat * countOf(layer.layers as readonly LayerSpec[]) : 1),
    0,
  )

/** Name of a block's input inside the block. */
const BLOCK_INPUT = 'input'

const layersIn = (block: Extract<LayerSpec, { type: 'Block' }>) => block.layers as readonly LayerSpec[]

/**
 * Reports names that no layer has, as inputs or to be shared, and blocks with several inputs. `around` has the names
 * around a block. Each block is checked once, however often it repeats.
 */
function* nameIssues(
  layers: readonly LayerSpec[],
  at: string,
  around: ReadonlySet<string>,
  data: DataInputs,
): Iterable<ModelIssue> {
  const names = new Set([...around, ...layers.map(({ name }) => name)])
  for (const [index, layer] of layers.entries()) {
    const pointer = `${at}/${index}`
    const inputs = givenInputs(layer) ?? []
    for (const { name, at } of inputs) {
      if (names.has(name) || data.names.has(name)) continue
      yield data.sole === null
        ? unknownLayer(
            pointer + at,
            `found "${name}", which is neither a layer here nor one of the data's ${data.words}`,
            name,
            new Set([...names, ...data.names]),
          )
        : unknownLayer(pointer + at, `found "${name}", which is not a layer here`, name, names)
    }
    if (layer.type === 'Block') {
      if (inputs.length > 1) {
        const message = `Block "${layer.name}" has ${inputs.length} inputs, must have one`
        yield { code: 'inputs', pointer: `${pointer}/inputs`, message }
      }
      yield* nameIssues(layersIn(layer), `${pointer}/layers`, new Set([...names, BLOCK_INPUT]), data)
    }
    if (layer.type === 'Shared') {
      const isOther = (name: string) => name !== layer.name && !(around.has(BLOCK_INPUT) && name === BLOCK_INPUT)
      const others = new Set([...names].filter(isOther))
      if (!others.has(layer.layer)) {
        const message = `found "${layer.layer}", which is not another layer here`
        yield unknownLayer(`${pointer}/layer`, message, layer.layer, others)
      }
    }
  }
}

function* outputIssues(layers: readonly LayerSpec[], wanted: OutputNames): Iterable<ModelIssue> {
  const names = new Set(layers.map(({ name }) => name))
  for (const { name, pointer } of wanted) {
    if (name === null || names.has(name)) continue
    yield unknownLayer(pointer, `found "${name}", which is not a layer of the model`, name, names)
  }
}

const unknownLayer = (pointer: string, message: string, name: string, names: ReadonlySet<string>): ModelIssue => ({
  code: 'unknown-layer',
  pointer,
  message,
  nearest: nearest(name, [...names]),
})

/** The inputs that a layer names, each with its pointer within the layer; undefined if it has no field `inputs`. */
function givenInputs(layer: LayerSpec): readonly { readonly name: string; readonly at: string }[] | undefined {
  const { inputs } = layer as { inputs?: string | readonly string[] }
  if (layer.type === 'Input' || inputs === undefined) return undefined
  if (typeof inputs === 'string') return [{ name: inputs, at: '/inputs' }]
  return inputs.map((name, index) => ({ name, at: `/inputs/${index}` }))
}

/**
 * Full name of a call for each name that layers may refer to: their own names, those of the layers around their block,
 * and those of the inputs of the data.
 */
type Scope = ReadonlyMap<string, string>

/** Unrolls blocks. The names must be right (`nameIssues`). Calls come in the order of the file. */
function unrolled(layers: readonly LayerSpec[], wanted: OutputNames, { names, sole }: DataInputs): Network {
  const calls: Call[] = []
  /** The last call of each block, whose output is that of the block, by the full name of the block. */
  const ends = new Map<string, string>()

  /** Adds the calls of a list of layers and returns the name of the last. `before` is the input of the first. */
  const add = (layers: readonly LayerSpec[], at: string, prefix: string, around: Scope, before: string): string => {
    const scope = new Map([...around, ...layers.map(({ name }) => [name, `${prefix}${name}`] as const)])
    let last = before
    for (const [index, layer] of layers.entries()) {
      const pointer = `${at}/${index}`
      const name = `${prefix}${layer.name}`
      const inputs = inputsOf(layer, scope, last, sole)
      if (layer.type === 'Block') {
        last = inputs[0]!
        for (let time = 1; time <= layer.repeat; time++) {
          const inner = layer.repeat === 1 ? `${name}/` : `${name}/${time}/`
          last = add(layersIn(layer), `${pointer}/layers`, inner, new Map([...scope, [BLOCK_INPUT, last]]), last)
        }
        ends.set(name, last)
      } else {
        const owner = layer.type === 'Shared' ? scope.get(layer.layer)! : name
        calls.push({ name, owner, layer, inputs, pointer })
        last = name
      }
    }
    return last
  }

  const fields = new Map([...names].map((name) => [name, inputKey(name)]))
  const last = add(layers, '/model/layers', '', fields, sole ?? '')
  const callOf = (name: string) => ends.get(name) ?? name
  return {
    calls: calls.map((call) => ({ ...call, inputs: call.inputs.map(callOf) })),
    outputs: wanted.map(({ name }) => (name === null ? last : callOf(name))),
  }
}

/** A layer that names no inputs takes the one before. */
function inputsOf(layer: LayerSpec, scope: Scope, before: string, sole: string | null): readonly string[] {
  if (layer.type === 'Input') return [sole ?? inputKey(layer.name)]
  return givenInputs(layer)?.map(({ name }) => scope.get(name)!) ?? [before]
}

/** Reports the first shared layer that is a Block or an Input. */
function sharedIssue(calls: readonly Call[]): ModelIssue | undefined {
  const types = new Map(calls.map(({ name, layer }) => [name, layer.type]))
  for (const { layer, owner, pointer } of calls) {
    if (layer.type !== 'Shared') continue
    // a block is not a call
    const type = types.get(owner) ?? 'Block'
    if (layer.reverse !== undefined && type !== 'ReversibleEmbedding') {
      const message = `found reverse, but "${layer.layer}" is a ${type}; only a ReversibleEmbedding has another way`
      return { code: 'shared', pointer: `${pointer}/reverse`, message }
    }
    if (type !== 'Block' && type !== 'Input') continue
    const message = `found "${layer.layer}", which is ${type === 'Block' ? 'a Block' : 'an Input'}; only a layer can be shared`
    return { code: 'shared', pointer: `${pointer}/layer`, message }
  }
  return undefined
}

/** A layer as a Shared layer applies it: a direction, if the layer has one, is that of the place. */
const appliedBy = ({ reverse = false }: Extract<LayerSpec, { type: 'Shared' }>, layer: LayerSpec): LayerSpec =>
  'reverse' in layer ? { ...layer, reverse } : layer

/**
 * Sorts calls so that each follows those it takes its inputs from, in the file's order as far as possible. A shared
 * layer gets the layer and the owner that it refers to. Returns an issue if a layer needs its own output.
 */
function inOrder(calls: readonly Call[]): readonly Call[] | ModelIssue {
  const byName = new Map(calls.map((call) => [call.name, call]))
  const done = new Map<string, Call>()
  const path: string[] = []
  const visit = (call: Call): ModelIssue | undefined => {
    if (done.has(call.name)) return undefined
    if (path.includes(call.name)) {
      const circle = [...path.slice(path.indexOf(call.name)), call.name]
      const message = `${call.layer.type} "${call.layer.name}" needs its own output: ${circle.toReversed().join(' -> ')}`
      return { code: 'cycle', pointer: call.pointer, message }
    }
    path.push(call.name)
    const earlier = [...call.inputs, ...(call.owner === call.name ? [] : [call.owner])]
    for (const name of earlier) {
      const issue = isInputKey(name) ? undefined : visit(byName.get(name)!)
      if (issue) return issue
    }
    path.pop()
    const { layer, owner } = done.get(call.owner) ?? call
    done.set(call.name, { ...call, layer: call.layer.type === 'Shared' ? appliedBy(call.layer, layer) : layer, owner })
    return undefined
  }
  for (const call of calls) {
    const issue = visit(call)
    if (issue) return issue
  }
  return [...done.values()]
}

/** Reports inputs of the data and layers whose output is not used. */
function unusedIssues(calls: readonly Call[], outputs: readonly string[], data: DataInputs): ModelIssue[] {
  const used = new Set([
    ...outputs,
    ...calls.flatMap(({ inputs, name, owner }) => (owner === name ? inputs : [...inputs, owner])),
  ])
  const idle = calls.filter(({ name }) => !used.has(name))
  const inputs = [...data.names].filter((name) => !used.has(inputKey(name)))
  // report a layer once, not for each repetition of its block
  const layers = idle
    .filter(({ pointer }, index) => idle.findIndex((other) => other.pointer === pointer) === index)
    .map(({ name, layer, pointer }) => ({
      code: 'unused',
      pointer,
      message: `${layer.type} "${name}" leads nowhere: no layer takes its output, and it is not an output of the model`,
    }))
  return [
    ...inputs.map((name) => ({
      code: 'unused',
      pointer: '/model/layers',
      message: `input "${name}" of the data leads nowhere: no layer takes it`,
    })),
    ...layers,
  ]
}
