/** A model spec as a list of calls of layers: blocks unrolled, shared layers resolved, each input by name, in an order that runs. */
import { nearest } from '../base/nearest.js'
import type { OutputSpec } from '../spec/outputs.js'
import type { LayerSpec, NetworkSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'

/** One use of a layer. */
export interface Call {
  /** Of what it gives, unique: `conv`, `stage/conv` in a block, `stage/2/conv` in the second of several. */
  readonly name: string
  /** Whose weights it uses: its own name, but for a shared layer. */
  readonly owner: string
  readonly layer: LayerSpec
  /** Names of calls, or `DATA`. */
  readonly inputs: readonly string[]
  /** Where the layer stands in the spec. */
  readonly pointer: string
}

/** What comes in from outside; no layer is called so. */
export const DATA = ''

export interface Network {
  readonly calls: readonly Call[]
  /** Names of the calls that give the model's outputs. */
  readonly outputs: readonly string[]
}

type Unordered = Omit<Call, 'inputs'> & {
  readonly inputs: readonly { readonly name: string; readonly pointer: string }[]
}

/** Which layers give the outputs of a model; one without a name is the last. */
export type OutputNames = readonly Pick<OutputSpec, 'name' | 'pointer'>[]

/** Layers that a model may have, repeated ones counted each time: more than anyone trains, few enough for every stack. */
const MOST_LAYERS = 2000

/** The calls of a model, or what is wrong with how its layers are joined. */
export function networkOf(
  model: NetworkSpec,
  wanted: OutputNames,
): { readonly network: Network; readonly issues: readonly ModelIssue[] } {
  const layers = model.layers as readonly LayerSpec[]
  const count = countOf(layers)
  if (count > MOST_LAYERS) {
    const message = `the model has ${count.toLocaleString('en')} layers, must have at most ${MOST_LAYERS.toLocaleString('en')}`
    return { network: { calls: [], outputs: [] }, issues: [{ code: 'size', pointer: '/model/layers', message }] }
  }
  const issues: ModelIssue[] = []
  const { calls, output, named } = expand(layers, '/model/layers', '', new Map(), issues)
  const names = layers.map(({ name }) => name)
  const outputs = wanted.map(({ name, pointer }) => {
    if (name === null) return output
    if (!names.includes(name)) {
      const message = `found "${name}", which is no layer of the model`
      issues.push({ code: 'unknown-layer', pointer, message, nearest: nearest(name, names) })
    }
    return named(name)
  })
  const ordered = issues.length > 0 ? [] : inOrder(calls, issues)
  if (issues.length === 0) issues.push(...leadsNowhere(ordered, outputs))
  return { network: { calls: ordered, outputs }, issues }
}

const countOf = (layers: readonly LayerSpec[]): number =>
  layers.reduce(
    (sum, layer) => sum + (layer.type === 'Block' ? layer.repeat * countOf(layer.layers as readonly LayerSpec[]) : 1),
    0,
  )

/** Names that a list of layers may take its inputs from: its own layers, and those around it. */
type Scope = ReadonlyMap<string, string>

function expand(
  layers: readonly LayerSpec[],
  at: string,
  prefix: string,
  around: Scope,
  issues: ModelIssue[],
): { calls: Unordered[]; output: string; named: (name: string) => string } {
  const within = new Map(layers.map(({ name }) => [name, `${prefix}${name}`]))
  const scope = new Map([...around, ...within])
  const calls: Unordered[] = []
  const outputs = new Map<string, string>()
  let before = around.get(BLOCK_INPUT) ?? DATA
  for (const [index, layer] of layers.entries()) {
    const pointer = `${at}/${index}`
    const resolve = (name: string, where: string) => {
      const found = scope.get(name)
      if (found === undefined) {
        const names = [...scope.keys()]
        issues.push({
          code: 'unknown-layer',
          pointer: where,
          message: `found "${name}", which is no layer here`,
          nearest: nearest(name, names),
        })
      }
      return found ?? DATA
    }
    const inputs = inputsOf(layer, pointer, before).map(({ name, pointer, given }) => ({
      name: given ? resolve(name, pointer) : name,
      pointer,
    }))
    const full = `${prefix}${layer.name}`
    if (layer.type === 'Block') {
      if (inputs.length > 1) {
        const message = `Block "${layer.name}" has ${inputs.length} inputs, must have one`
        issues.push({ code: 'inputs', pointer: `${pointer}/inputs`, message })
      }
      let given = inputs[0]!.name
      for (let time = 1; time <= layer.repeat; time++) {
        const inner = layer.repeat === 1 ? `${full}/` : `${full}/${time}/`
        const block = layer.layers as readonly LayerSpec[]
        const repeated: ModelIssue[] = []
        const made = expand(block, `${pointer}/layers`, inner, new Map([...scope, [BLOCK_INPUT, given]]), repeated)
        if (time === 1) issues.push(...repeated)
        calls.push(...made.calls)
        given = made.output
      }
      outputs.set(full, given)
      before = given
      continue
    }
    calls.push({ name: full, owner: ownerOf(layer, full, scope, pointer, issues), layer, inputs, pointer })
    before = full
  }
  // a block goes by the name of its last layer
  const named = (name: string) => outputs.get(name) ?? name
  const inputsNamed = (call: Unordered) => call.inputs.map(({ name, pointer }) => ({ name: named(name), pointer }))
  return { calls: calls.map((call) => ({ ...call, inputs: inputsNamed(call) })), output: named(before), named }
}

/** What goes into a block, by the name it has inside. */
const BLOCK_INPUT = 'input'

function inputsOf(layer: LayerSpec, pointer: string, before: string) {
  const { inputs } = layer as { inputs?: string | readonly string[] }
  if (layer.type === 'Input') return [{ name: DATA, pointer, given: false }]
  if (inputs === undefined) return [{ name: before, pointer, given: false }]
  if (typeof inputs === 'string') return [{ name: inputs, pointer: `${pointer}/inputs`, given: true }]
  return inputs.map((name, index) => ({ name, pointer: `${pointer}/inputs/${index}`, given: true }))
}

function ownerOf(layer: LayerSpec, full: string, scope: Scope, pointer: string, issues: ModelIssue[]): string {
  if (layer.type !== 'Shared') return full
  const inBlock = full !== layer.name
  const names = [...scope.keys()].filter((name) => name !== layer.name && !(inBlock && name === BLOCK_INPUT))
  if (names.includes(layer.layer)) return scope.get(layer.layer)!
  issues.push({
    code: 'unknown-layer',
    pointer: `${pointer}/layer`,
    message: `found "${layer.layer}", which is no other layer here`,
    nearest: nearest(layer.layer, names),
  })
  return full
}

/** Each call after those it takes; in the file's order where that runs. Shared layers become what they share. */
function inOrder(calls: readonly Unordered[], issues: ModelIssue[]): Call[] {
  const byName = new Map(calls.map((call) => [call.name, call]))
  for (const { layer, owner, pointer } of calls) {
    if (layer.type !== 'Shared') continue
    const type = byName.get(owner)?.layer.type ?? 'Block'
    if (type !== 'Block' && type !== 'Input') continue
    const message = `found "${layer.layer}", which is ${type === 'Block' ? 'a Block' : 'an Input'}; only a layer can be shared`
    issues.push({ code: 'shared', pointer: `${pointer}/layer`, message })
    return []
  }
  const done = new Map<string, Call>()
  const path: string[] = []
  const visit = (call: Unordered): void => {
    if (done.has(call.name) || issues.length > 0) return
    if (path.includes(call.name)) {
      const circle = [...path.slice(path.indexOf(call.name)), call.name]
      const message = `${call.layer.type} "${call.layer.name}" needs its own output: ${circle.toReversed().join(' -> ')}`
      issues.push({ code: 'cycle', pointer: call.pointer, message })
      return
    }
    path.push(call.name)
    for (const { name } of call.inputs) if (name !== DATA) visit(byName.get(name)!)
    if (call.owner !== call.name) visit(byName.get(call.owner)!)
    path.pop()
    const layer = call.owner === call.name ? call.layer : (done.get(call.owner)?.layer ?? call.layer)
    const owner = done.get(call.owner)?.owner ?? call.owner
    done.set(call.name, { ...call, layer, owner, inputs: call.inputs.map(({ name }) => name) })
  }
  for (const call of calls) visit(call)
  return [...done.values()]
}

/** Layers that nothing comes of. */
function leadsNowhere(calls: readonly Call[], outputs: readonly string[]): ModelIssue[] {
  const used = new Set([
    ...outputs,
    ...calls.flatMap(({ inputs, name, owner }) => (owner === name ? inputs : [...inputs, owner])),
  ])
  const idle = calls.filter(({ name }) => !used.has(name))
  // one place in the file stands for all its repetitions
  return idle
    .filter(({ pointer }, index) => idle.findIndex((other) => other.pointer === pointer) === index)
    .map(({ name, layer, pointer }) => ({
      code: 'unused',
      pointer,
      message: `${layer.type} "${name}" leads nowhere: no layer takes its output, and it is no output of the model`,
    }))
}
