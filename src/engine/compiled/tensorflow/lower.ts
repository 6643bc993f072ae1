/** Lowers a graph to TensorFlow with a table from kernels to operators. State lives in variables of the session. */
import type { Shape } from '../../../base/shape.js'
import type { Share } from '../../../base/share.js'
import type { ProgramInput } from '../../../program/program.js'
import type { Batch } from '../../engine.js'
import { elementsOf } from '../graph/constant.js'
import { type Graph, type GraphInput, type GraphNode, infoOf, isOfSamples, type ValueId } from '../graph/graph.js'
import type { KernelName } from '../graph/kernels.js'
import { viewOf } from '../graph/view.js'
import { type Exchange, exchangeOf, ownPart, valuesOfSamples } from '../passes/exchange.js'
import { isForUpdate, isResult, type SplitStep } from '../passes/split-update.js'
import { activationGradients } from './activation-gradients.js'
import { addOverDevices } from './add-over-devices.js'
import { type Addend, addOverHosts } from './add-over-hosts.js'
import { type ApplyInput, applyFor } from './apply.js'
import { batchNorms } from './batch-norm.js'
import type { PartOfBatch } from './devices.js'
import { fusedProducts } from './fused-products.js'
import { encodeGraph, type TensorflowNode } from './graph-def.js'
import { ALL_ROWS, type Feed, feedOf, inputFrom, type Rows } from './inputs.js'
import { ARRAY_LOWERINGS } from './lowerings/arrays.js'
import { CONVOLUTION_LOWERINGS } from './lowerings/convolution.js'
import { ELEMENTWISE_LOWERINGS } from './lowerings/elementwise.js'
import { type Emitter, FLOAT, type Lowering, type } from './lowerings/lowering.js'
import { POOLING_LOWERINGS } from './lowerings/pooling.js'
import { REDUCTION_LOWERINGS } from './lowerings/reductions.js'
import type { Rewriting } from './rewriting.js'
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
  /** The parts of the batch that other devices compute; the graph is then the step of the first part. */
  readonly others?: readonly (PartOfBatch & { readonly device: string })[]
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

/** The device on which the batch is fed, and cut into parts. */
const HOST = '/device:CPU:0'

/** A batch, or a part of it: its graph, its rows, and the names of its values. */
interface Part {
  readonly graph: Graph
  readonly rewritings: readonly Rewriting[]
  readonly emit: Emitter
  readonly rows: Rows
  readonly names: Map<ValueId, string>
  readonly nameOf: (value: ValueId) => string
}

/** A part whose means and results are combined with those of others. */
type SharedPart = Part & { readonly exchange: Exchange }

export function lowerToTensorflow(
  graph: Graph,
  { graph: split, updates }: SplitStep,
  { prefix, indexOf, batch, seed, halves = false, fused = false, shared, others = [] }: LoweringOptions,
): LoweredStep {
  const writer = writerOf(prefix)
  const { nodes, emit, add } = writer
  const host = others.length > 0 ? writer.on(HOST) : emit
  const feeds = new Map<string, LoweredStep['feeds'][number]>()
  const readNodes = new Set<string>()
  /** The only part, unless there are halves, or other devices. */
  const first = partOf(graph, emit, { inFeed: others.length > 0 ? 0 : null, inBatch: shared?.share.from ?? 0 })
  const { names, nameOf } = first
  const parts = halves ? [0, 1].map(halfOf) : [first]
  const elsewhere = others.map(({ graph, from, device }) =>
    partOf(graph, writer.on(device), { inFeed: from, inBatch: from }),
  )
  writeInputs(first, parts)
  for (const part of elsewhere) writeInputs(part, [part])
  const ofSamples = valuesOfSamples(graph)
  /** Names of the results that are sums over all hosts or devices. */
  const sums = new Map<ValueId, string>()
  const resultOf = (value: ValueId): string => sums.get(value) ?? nameOf(value)
  const news =
    shared && add('Placeholder', [], { dtype: type('float32'), shape: { shape: [shared.news] } }, `${prefix}news`)
  let newsSums: string | undefined
  if (halves) writeHalves()
  else if (shared || others.length > 0) writeShared([first, ...elsewhere].map(sharedPart))
  else for (const node of graph.nodes) write(node, first)
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
    feeds: [...feeds.values()],
    fetchOf: (value) => fetches.get(value)!,
    ...(update !== undefined && { update }),
    ...(clear !== undefined && { clear }),
    ...(news !== undefined && { news: { given: news, sums: newsSums! } }),
  }

  function partOf(graph: Graph, emit: Emitter, rows: Rows): Part {
    const view = viewOf(graph)
    const rewritings = [
      batchNorms(graph, view),
      activationGradients(graph, view),
      ...(fused ? [fusedProducts(graph, view), softmaxes(graph, view)] : []),
    ]
    const names = new Map<ValueId, string>()
    return { graph, rewritings, emit, rows, names, nameOf: (value) => names.get(value)! }
  }

  /** One half, with names of its own for values that depend on samples. The others are the same for both. */
  function halfOf(index: number): Part {
    const own = new Map<ValueId, string>()
    const before = index * batchOf(graph)
    return {
      ...first,
      rows: { inFeed: before, inBatch: before },
      names: own,
      nameOf: (value) => own.get(value) ?? nameOf(value),
    }
  }

  /** Writes the inputs and constants of a part, of which `parts` are those with samples of their own. */
  function writeInputs({ graph, emit, names }: Part, parts: readonly Part[]): void {
    for (const input of graph.inputs) {
      const { shape } = infoOf(graph, input.value)
      if (input.from === 'state') {
        names.set(input.value, readOf(input.name, shape))
        continue
      }
      const { node, ...feed } = fedFor(input)
      const from = (emit: Emitter, rows: Rows) => inputFrom({ emit, host }, node, feed, input.input, shape, seed, rows)
      if (!isOfSamples(input)) names.set(input.value, from(emit, ALL_ROWS))
      else for (const part of parts) part.names.set(input.value, from(part.emit, part.rows))
    }
    for (const { value, data } of graph.constants) {
      const { shape, dtype } = infoOf(graph, value)
      names.set(value, emit.constant(dtype, shape, elementsOf(data, shape, dtype)))
    }
  }

  /** The node that reads a state. There is one, on the first device, for all parts. */
  function readOf(name: string, shape: Shape): string {
    const [handle, read] = variableNodes(prefix, indexOf(name), shape) as [TensorflowNode, TensorflowNode]
    if (!readNodes.has(read.name)) nodes.push(handle, read)
    readNodes.add(read.name)
    return read.name
  }

  /** The tensor that is fed for an input, with the samples of all parts. */
  function fedFor({ name, input }: Extract<GraphInput, { from: 'input' }>): LoweredStep['feeds'][number] {
    const known = feeds.get(name)
    if (known) return known
    const feed = feedOf(input, batch)
    const node = emit.op('Placeholder', [], { dtype: type(feed.dtype), shape: { shape: feed.shape } })
    const fed = { ...feed, node, input }
    feeds.set(name, fed)
    return fed
  }

  function write(node: GraphNode, { graph, rewritings, emit, names, nameOf }: Part): void {
    const writer = rewritings.map(({ written }) => written.get(node.output)).find((one) => one !== undefined)
    for (const [value, name] of writer?.(emit, nameOf) ?? []) names.set(value, name)
    if (rewritings.some(({ replaced }) => replaced.has(node.output))) return
    const infos = node.inputs.map((input) => infoOf(graph, input))
    names.set(node.output, LOWERINGS[node.kernel](emit, node, node.inputs.map(nameOf), infos))
  }

  function sharedPart(part: Part): SharedPart {
    return { ...part, exchange: exchangeOf(part.graph, valuesOfSamples(part.graph)) }
  }

  /**
   * Writes what hosts or devices compute from their samples, then the rest, which is computed from combined means. New
   * state is computed once, by the first part here.
   */
  function writeShared(parts: readonly SharedPart[]): void {
    for (const part of parts) {
      for (const node of part.graph.nodes) if (part.exchange.before.has(node.output)) write(node, part)
    }
    combine(parts, ({ sums, means }) => ({ results: sums, means }))
    const [{ exchange }] = parts as [SharedPart]
    for (const part of parts) {
      const { before, lateSums } = part.exchange
      const rest = part === parts[0] ? graph.nodes : ownPart(part.graph, { means: [], sums: lateSums }).nodes
      for (const node of rest) if (!before.has(node.output)) write(node, part)
    }
    if (exchange.lateSums.length > 0) combine(parts, ({ lateSums }) => ({ results: lateSums, means: [] }))
  }

  /** Adds results over the hosts or devices, and takes the means over all samples. */
  function combine(
    parts: readonly SharedPart[],
    chosen: (exchange: Exchange) => { readonly results: readonly ValueId[]; readonly means: readonly ValueId[] },
  ): void {
    const [{ exchange }] = parts as [SharedPart]
    const { results } = chosen(exchange)
    const addends = parts.map((part) => {
      const { results, means } = chosen(part.exchange)
      const { counted, of } = shareOfPart(part)
      const addend = (value: ValueId, weight: number) => ({
        ...{ emit: part.emit, name: part.nameOf(value), weight },
        shape: infoOf(part.graph, value).shape,
      })
      return [
        ...results.map((value) => addend(value, counted > 0 ? 1 : 0)),
        ...means.map((value) => addend(value, counted / of)),
      ]
    })
    const added = shared ? addToNews(addends[0]!, shared) : addOverDevices(emit, addends)
    for (const [index, value] of results.entries()) sums.set(value, added[index]!)
    for (const part of parts) {
      for (const [index, value] of chosen(part.exchange).means.entries()) {
        part.names.set(value, added[results.length + index]!)
      }
    }
  }

  function shareOfPart({ graph }: Part): Pick<Share, 'counted' | 'of'> {
    return shared?.share ?? { counted: batchOf(graph), of: batch.size }
  }

  /** Adds values over the hosts; the first time, the news too. */
  function addToNews(addends: readonly Addend[], { hosts, instance, news: count }: SharedStep): readonly string[] {
    if (newsSums !== undefined) return addOverHosts(emit, addends, { hosts, instance: instance + 1 })
    const first = { name: news!, shape: [count], weight: 1 }
    const [sum, ...rest] = addOverHosts(emit, [first, ...addends], { hosts, instance })
    newsSums = sum
    return rest
  }

  /**
   * Writes what depends on no sample, then each half, then the rest: outputs are sums of the halves, and the new state
   * is computed from the means of their gradients.
   */
  function writeHalves(): void {
    const perHalf = new Set(split.nodes.map(({ output }) => output).filter((value) => ofSamples.has(value)))
    for (const node of graph.nodes) if (!ofSamples.has(node.output)) write(node, first)
    for (const part of parts) for (const node of graph.nodes) if (perHalf.has(node.output)) write(node, part)
    for (const output of split.outputs) {
      if (!perHalf.has(output.value) || names.has(output.value)) continue
      const of = parts.map((part) => part.nameOf(output.value))
      const sum = emit.op('AddV2', of, FLOAT)
      names.set(output.value, isForUpdate(output) ? emit.op('Mul', [sum, emit.float(0.5)], FLOAT) : sum)
    }
    for (const node of graph.nodes) if (ofSamples.has(node.output) && !perHalf.has(node.output)) write(node, first)
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
    const { shape } = infoOf(graph, stateInput(graph, name).value)
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
    const users = split.nodes.filter(({ inputs }) => inputs.includes(stateInput(graph, name).value))
    const here = users.flatMap(({ output }) => parts.map((part) => part.nameOf(output)))
    return [...new Set([...here, ...elsewhere.flatMap((part) => usersIn(part, name))])]
  }

  /** Nodes of another device that use the old value of a state. */
  function usersIn({ graph, names }: Part, name: string): string[] {
    const { value } = stateInput(graph, name)
    return graph.nodes.flatMap(({ inputs, output }) => (inputs.includes(value) ? (names.get(output) ?? []) : []))
  }
}

const stateInput = ({ inputs }: Graph, name: string): GraphInput =>
  inputs.find((input) => input.from === 'state' && input.name === name)!

/** Samples in the batch of a graph. */
function batchOf(graph: Graph): number {
  const input = graph.inputs.find(isOfSamples)
  return input ? infoOf(graph, input.value).shape[0]! : 0
}
