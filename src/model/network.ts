/**
 * Turns a model spec into a list of layer calls that can run in this order: blocks are unrolled, shared layers are
 * resolved, and inputs are named.
 */
import { nearest } from '../base/nearest.js'
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
  /** Names of the calls whose outputs it takes, or `DATA`. */
  readonly inputs: readonly string[]
  /** JSON pointer to the layer in the spec. */
  readonly pointer: string
}

/** Stands for the data among the names of inputs; no layer has this name. */
export const DATA = ''

export interface Network {
  readonly calls: readonly Call[]
  /** Names of the calls that give the model's outputs. */
  readonly outputs: readonly string[]
}

type Unordered = Omit<Call, 'inputs'> & {
  readonly inputs: readonly { readonly name: string; readonly pointer: string }[]
}

/** Names of the layers that give a model's outputs; null stands for the last layer. */
export type OutputNames = readonly Pick<OutputSpec, 'name' | 'pointer'>[]

/** Most layers of a model, each repetition counted: more than anyone trains, and few enough for the recursion here. */
const MOST_LAYERS = 2000

/** Returns the calls of a model, or the problems with how its layers are connected. */
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
      const message = `found "${name}", which is not a layer of the model`
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

/**
 * Full name of a call for each name that layers may refer to: their own names, and those of the layers around their
 * block.
 */
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
          message: `found "${name}", which is not a layer here`,
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
  // the output of a block is the output of its last layer
  const named = (name: string) => outputs.get(name) ?? name
  const inputsNamed = (call: Unordered) => call.inputs.map(({ name, pointer }) => ({ name: named(name), pointer }))
  return { calls: calls.map((call) => ({ ...call, inputs: inputsNamed(call) })), output: named(before), named }
}

/** Name of a block's input inside the block. */
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
    message: `found "${layer.layer}", which is not another layer here`,
    nearest: nearest(layer.layer, names),
  })
  return full
}

/**
 * Sorts calls so that each follows those it takes its inputs from, in the file's order as far as possible. A shared
 * layer gets the layer and the owner that it refers to.
 */
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

/** Reports layers whose output is not used. */
function leadsNowhere(calls: readonly Call[], outputs: readonly string[]): ModelIssue[] {
  const used = new Set([
    ...outputs,
    ...calls.flatMap(({ inputs, name, owner }) => (owner === name ? inputs : [...inputs, owner])),
  ])
  const idle = calls.filter(({ name }) => !used.has(name))
  // report a layer once, not for each repetition of its block
  return idle
    .filter(({ pointer }, index) => idle.findIndex((other) => other.pointer === pointer) === index)
    .map(({ name, layer, pointer }) => ({
      code: 'unused',
      pointer,
      message: `${layer.type} "${name}" leads nowhere: no layer takes its output, and it is not an output of the model`,
    }))
}
