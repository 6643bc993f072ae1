/** Lowers a graph to TensorFlow with a table from kernels to operators. State lives in variables of the session. */
import type { Shape } from '../../../base/shape.js'
import type { Share } from '../../../base/share.js'
import type { ProgramInput } from '../../../program/program.js'
import type { Batch } from '../../engine.js'
import { elementsOf } from '../graph/constant.js'
import { type Graph, type GraphNode, infoOf, isOfSamples, type ValueId } from '../graph/graph.js'
import type { KernelName } from '../graph/kernels.js'
import { viewOf } from '../graph/view.js'
import { type Exchange, exchangeOf } from '../passes/exchange.js'
import { isForUpdate, isResult, type SplitStep } from '../passes/split-update.js'
import { activationGradients } from './activation-gradients.js'
import { addOverHosts } from './add-over-hosts.js'
import { type ApplyInput, applyFor } from './apply.js'
import { batchNorms } from './batch-norm.js'
import { fusedProducts } from './fused-products.js'
import { encodeGraph, type TensorflowNode } from './graph-def.js'
import { ALL_ROWS, type Feed, feedOf, inputFrom, type Rows } from './inputs.js'
import { ARRAY_LOWERINGS } from './lowerings/arrays.js'
import { CONVOLUTION_LOWERINGS } from './lowerings/convolution.js'
import { ELEMENTWISE_LOWERINGS } from './lowerings/elementwise.js'
import { FLOAT, type Lowering, type } from './lowerings/lowering.js'
import { POOLING_LOWERINGS } from './lowerings/pooling.js'
import { REDUCTION_LOWERINGS } from './lowerings/reductions.js'
import { softmaxes } from './softmax.js'
import { writerOf } from './writer.js'

export interface LoweredStep {
  readonly graph: Uint8Array
  /** Tensors to feed, and the nodes that take them. */
  readonly feeds: readonly (Feed & { readonly node: string; readonly input: ProgramInput })[]
  /** Name of the node to fetch for an output of the graph. */
  readonly fetchOf: (value: ValueId) => string
  /** The node that updates all state; undefined if there is nothing to update. */
  readonly update?: string
  /** The node that sets scratch variables to 0; undefined if there are none. */
  readonly clear?: string
  /** The node to feed with the news of this host, and the one to fetch with the sums over all; set if hosts share it. */
  readonly news?: { readonly given: string; readonly sums: string }
}

const LOWERINGS: { readonly [Kernel in KernelName]: Lowering } = {
  ...ELEMENTWISE_LOWERINGS,
  ...REDUCTION_LOWERINGS,
  ...ARRAY_LOWERINGS,
  ...CONVOLUTION_LOWERINGS,
  ...POOLING_LOWERINGS,
}

/** Name of a session variable, by the slot's index in the engine's list of state. */
const variable = (index: number) => `state${index}`

/** The nodes of one variable: its handle, and the node that reads it. */
export function variableNodes(prefix: string, index: number, shape: Shape): TensorflowNode[] {
  const handle = `${prefix}handle${index}`
  return [
    {
      name: handle,
      op: 'VarHandleOp',
      inputs: [],
      attributes: { dtype: type('float32'), shape: { shape }, shared_name: { text: variable(index) } },
    },
    { name: `${prefix}read${index}`, op: 'ReadVariableOp', inputs: [handle], attributes: { dtype: type('float32') } },
  ]
}

export interface LoweringOptions {
  /** Prefix of the names of nodes. */
  readonly prefix: string
  /** Index of a slot in the engine's list of state. */
  readonly indexOf: (slot: string) => number
  /** A batch of the form that the step will be fed. */
  readonly batch: Batch
  /** Seed of the noise. */
  readonly seed: number
  /** True if the graph is the step of half a batch, to be written for both halves. */
  readonly halves?: boolean
  /** True if operators are fused here, for a processor in float32. Elsewhere TensorFlow rewrites the graph. */
  readonly fused?: boolean
  /** Set if the batch is this host's share of one. */
  readonly shared?: SharedStep
}

/** A step that hosts compute together. */
export interface SharedStep {
  readonly hosts: number
  readonly share: Share
  /** The first of `ADDITIONS` numbers for additions over the hosts. */
  readonly instance: number
  /** Number of the news that hosts tell one another. */
  readonly news: number
}

/** Most additions over the hosts in a step. */
export const ADDITIONS = 2

/** Names of the values of a batch, or of a part of it. */
interface Part {
  readonly names: Map<ValueId, string>
  readonly nameOf: (value: ValueId) => string
}

export function lowerToTensorflow(
  graph: Graph,
  { graph: split, updates }: SplitStep,
  { prefix, indexOf, batch, seed, halves = false, fused = false, shared }: LoweringOptions,
): LoweredStep {
  const feeds: (Feed & { readonly node: string; readonly input: ProgramInput })[] = []
  /** Names of values that there are once: all of them, unless there are halves. */
  const names = new Map<ValueId, string>()
  const nameOf = (value: ValueId): string => names.get(value)!
  const parts = halves ? [partOf(), partOf()] : [{ names, nameOf }]
  const { nodes, emit, add } = writerOf(prefix)
  for (const input of graph.inputs) {
    const { shape } = infoOf(graph, input.value)
    if (input.from === 'state') {
      const index = indexOf(input.name)
      nodes.push(...variableNodes(prefix, index, shape))
      names.set(input.value, `${prefix}read${index}`)
    } else {
      const feed = feedOf(input.input, batch)
      const node = emit.op('Placeholder', [], { dtype: type(feed.dtype), shape: { shape: feed.shape } })
      feeds.push({ ...feed, node, input: input.input })
      const rows = isOfSamples(input) ? rowsOfParts(shape[0]!) : [ALL_ROWS]
      for (const [index, part] of rows.entries()) {
        const into = rows.length > 1 ? parts[index]!.names : names
        into.set(input.value, inputFrom(emit, node, feed, input.input, shape, seed, part))
      }
    }
  }
  for (const { value, data } of graph.constants) {
    const { shape, dtype } = infoOf(graph, value)
    names.set(value, emit.constant(dtype, shape, elementsOf(data, shape, dtype)))
  }
  const view = viewOf(graph)
  const rewritings = [
    batchNorms(graph, view),
    activationGradients(graph, view),
    ...(fused ? [fusedProducts(graph, view), softmaxes(graph, view)] : []),
  ]
  const write = (node: GraphNode, { names, nameOf }: Part) => {
    const writer = rewritings.map(({ written }) => written.get(node.output)).find((one) => one !== undefined)
    for (const [value, name] of writer?.(emit, nameOf) ?? []) names.set(value, name)
    if (rewritings.some(({ replaced }) => replaced.has(node.output))) return
    const infos = node.inputs.map((input) => infoOf(graph, input))
    names.set(node.output, LOWERINGS[node.kernel](emit, node, node.inputs.map(nameOf), infos))
  }
  const ofSamples = valuesOfSamples(graph)
  const exchange = shared && exchangeOf(graph, ofSamples)
  /** Names of the results that are sums over all hosts. */
  const sums = new Map<ValueId, string>()
  const resultOf = (value: ValueId): string => sums.get(value) ?? nameOf(value)
  const news =
    shared && add('Placeholder', [], { dtype: type('float32'), shape: { shape: [shared.news] } }, `${prefix}news`)
  let newsSums: string | undefined
  if (halves) writeHalves()
  else if (exchange) writeShared(exchange)
  else for (const node of graph.nodes) write(node, { names, nameOf })
  const clears: string[] = []
  const update = addUpdate()
  const given = new Set([...graph.inputs, ...graph.constants].map(({ value }) => value))
  /** Inputs and constants are fetched through a copy, because TensorFlow cannot fetch what is fed. */
  const fetches = new Map(
    graph.outputs.map(({ value }) => {
      const { dtype } = infoOf(graph, value)
      const name = resultOf(value)
      return [value, given.has(value) && !sums.has(value) ? emit.op('Identity', [name], { T: type(dtype) }) : name]
    }),
  )
  const clear =
    clears.length === 0
      ? undefined
      : emit.op(
          'NoOp',
          clears.map((name) => `^${name}`),
        )
  return {
    graph: encodeGraph(nodes),
    feeds,
    fetchOf: (value) => fetches.get(value)!,
    ...(update !== undefined && { update }),
    ...(clear !== undefined && { clear }),
    ...(news !== undefined && { news: { given: news, sums: newsSums! } }),
  }

  /** Names of the values of one half; those that do not depend on samples are the same for both. */
  function partOf(): Part {
    const own = new Map<ValueId, string>()
    return { names: own, nameOf: (value) => own.get(value) ?? nameOf(value) }
  }

  /** The rows of each part, of this size. */
  function rowsOfParts(size: number): Rows[] {
    const before = shared?.share.from ?? 0
    return parts.map((_, index) => ({ inFeed: halves ? index * size : null, inBatch: before + index * size }))
  }

  /** Writes what this host computes from its samples, then the rest, which is computed from combined means. */
  function writeShared(exchange: Exchange): void {
    const { before } = exchange
    for (const node of graph.nodes) if (before.has(node.output)) write(node, { names, nameOf })
    combine(exchange.sums, exchange.means, shared!.instance)
    for (const node of graph.nodes) if (!before.has(node.output)) write(node, { names, nameOf })
    if (exchange.lateSums.length > 0) combine(exchange.lateSums, [], shared!.instance + 1)
  }

  /** Adds results over the hosts, and takes the means over the samples of all. The first time, also adds the news. */
  function combine(results: readonly ValueId[], means: readonly ValueId[], instance: number): void {
    const { hosts, share } = shared!
    const counts = share.counted > 0 ? 1 : 0
    const first = newsSums === undefined ? [{ name: news!, shape: [shared!.news], weight: 1 }] : []
    const addend = (value: ValueId, weight: number) => ({
      name: nameOf(value),
      shape: infoOf(graph, value).shape,
      weight,
    })
    const added = addOverHosts(
      emit,
      [
        ...first,
        ...results.map((value) => addend(value, counts)),
        ...means.map((value) => addend(value, share.counted / share.of)),
      ],
      { hosts, instance },
    )
    if (first.length > 0) newsSums = added.shift()
    for (const [index, value] of results.entries()) sums.set(value, added[index]!)
    for (const [index, value] of means.entries()) names.set(value, added[results.length + index]!)
  }

  /**
   * Writes what depends on no sample, then each half, then the rest: outputs are sums of the halves, and the new state
   * is computed from the means of their gradients.
   */
  function writeHalves(): void {
    const perHalf = new Set(split.nodes.map(({ output }) => output).filter((value) => ofSamples.has(value)))
    for (const node of graph.nodes) if (!ofSamples.has(node.output)) write(node, { names, nameOf })
    for (const part of parts) for (const node of graph.nodes) if (perHalf.has(node.output)) write(node, part)
    for (const output of split.outputs) {
      if (!perHalf.has(output.value) || names.has(output.value)) continue
      const of = parts.map((part) => part.nameOf(output.value))
      const sum = emit.op('AddV2', of, FLOAT)
      names.set(output.value, isForUpdate(output) ? emit.op('Mul', [sum, emit.float(0.5)], FLOAT) : sum)
    }
    for (const node of graph.nodes)
      if (ofSamples.has(node.output) && !perHalf.has(node.output)) write(node, { names, nameOf })
  }

  /**
   * Adds the nodes that assign new state. They run only if every output of the step is finite, and after old state has
   * been read.
   */
  function addUpdate(): string | undefined {
    const stored = graph.outputs.filter(({ to }) => to === 'state')
    if (stored.length === 0) return undefined
    const always = emit.constant('bool', [], Uint8Array.of(1))
    const checks = graph.outputs.filter(isResult).map(({ value }) => {
      const axes = infoOf(graph, value).shape.map((_, axis) => axis)
      const finite = emit.op('IsFinite', [resultOf(value)], FLOAT)
      return axes.length === 0 ? finite : emit.op('All', [finite, emit.ints(axes)], { Tidx: type('int32') })
    })
    const finite = checks.reduce((a, b) => emit.op('LogicalAnd', [a, b]), always)
    const onlyIfFinite = emit.op('Identity', [`${emit.op('Switch', [finite, finite], { T: type('bool') })}:1`], {
      T: type('bool'),
    })
    const applies = updates.flatMap((one) => applyFor(one) ?? [])
    const applied = new Set(applies.flatMap(({ changed }) => changed))
    const handleOf = (name: string) => `${prefix}handle${indexOf(name)}`
    const reads = stored.map(({ name }) => `^${prefix}read${indexOf(name)}`)
    const assigned = stored
      .filter(({ name }) => !applied.has(name))
      .map(({ value, name }) =>
        emit.op('AssignVariableOp', [handleOf(name), nameOf(value), `^${onlyIfFinite}`, ...reads], {
          dtype: type('float32'),
        }),
      )
    const inputOf = (input: ApplyInput) => {
      if ('variable' in input) return handleOf(input.variable)
      if ('scratchOf' in input) return scratch(input.scratchOf)
      return 'value' in input ? nameOf(input.value) : emit.float(input.number)
    }
    for (const { op, inputs, attributes, changed } of applies) {
      const after = new Set(changed.flatMap((name) => [`${prefix}read${indexOf(name)}`, ...usersOf(name)]))
      assigned.push(
        emit.op(op, [...inputs.map(inputOf), `^${onlyIfFinite}`, ...[...after].map((name) => `^${name}`)], {
          ...FLOAT,
          ...attributes,
        }),
      )
    }
    return emit.op(
      'NoOp',
      assigned.map((name) => `^${name}`),
    )
  }

  /**
   * Returns the handle of a scratch variable, which is set to 0 before the first step and whenever state is written.
   */
  function scratch(name: string): string {
    const { shape } = infoOf(graph, stateInput(name).value)
    const handle = emit.op('VarHandleOp', [], {
      ...{ dtype: type('float32'), shape: { shape } },
      shared_name: { text: `scratch${indexOf(name)}` },
    })
    const zeros = emit.op('Fill', [emit.ints(shape), emit.float(0)], { ...FLOAT, index_type: type('int32') })
    clears.push(emit.op('AssignVariableOp', [handle, zeros], { dtype: type('float32') }))
    return handle
  }

  /**
   * Nodes that use the old value of a state and that outputs need. Only after these may the variable be changed in
   * place.
   */
  function usersOf(name: string): string[] {
    const { value } = stateInput(name)
    const users = split.nodes.filter(({ inputs }) => inputs.includes(value))
    return [...new Set(users.flatMap(({ output }) => parts.map((part) => part.nameOf(output))))]
  }

  function stateInput(name: string) {
    return graph.inputs.find((input) => input.from === 'state' && input.name === name)!
  }
}

/** The inputs that have samples, and all values that are computed from them. */
export function valuesOfSamples(graph: Graph): ReadonlySet<ValueId> {
  const found = new Set(graph.inputs.filter(isOfSamples).map(({ value }) => value))
  for (const { inputs, output } of graph.nodes) if (inputs.some((input) => found.has(input))) found.add(output)
  return found
}
