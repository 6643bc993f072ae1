/**
 * Engine `tensorflow`: a whole step is one graph in a session of TensorFlow's C library, with state in its variables.
 */
import { UserError } from '../../../base/issue.js'
import { type Shape, sizeOf, withBatch } from '../../../base/shape.js'
import type { Slot } from '../../../base/slot.js'
import { locateTensorflow, SETUP_HINT, type TensorflowLibrary } from '../../../libtensorflow/locate.js'
import type { Program, ProgramInput, Programs } from '../../../program/program.js'
import type { Precision } from '../../../spec/engines.js'
import {
  type Batch,
  DEFAULT_REQUEST,
  type Engine,
  type EngineRequest,
  type LoadOptions,
  type Outputs,
  type Runner,
  type Scalars,
  type StateValues,
} from '../../engine.js'
import { copied, programNamed, stateOf } from '../../given.js'
import { type Demand, requireRoom } from '../../memory.js'
import { infoOf } from '../graph/graph.js'
import { memoryOf } from '../graph/memory.js'
import { isResult } from '../passes/split-update.js'
import { openLibrary } from './c-api.js'
import { MOST_REWRITTEN, sessionConfig } from './config.js'
import { encodeGraph, type TensorflowNode } from './graph-def.js'
import { TensorflowGroup } from './group.js'
import { type Step, stepOf } from './halves.js'
import { formOf, writeFeed } from './inputs.js'
import { ADDITIONS, lowerToTensorflow, variableNodes } from './lower.js'
import { deviceOf, devicesOf, placeFor, placeThatWorks } from './place.js'
import { type FedTensor, type PreparedRun, TensorflowSession } from './session.js'
import { ownRows, type Sharing, sharersOf, sharingWarnings } from './sharing.js'

/**
 * Opens the engine on a device. Throws a UserError if no library works, or if the device or the precision is not
 * available.
 */
export async function openTensorflow(
  { device, precision, logs, hosts }: EngineRequest = DEFAULT_REQUEST,
  library: TensorflowLibrary | undefined = locateTensorflow(),
): Promise<Engine> {
  if (!library) throw new UserError(`Engine tensorflow finds no TensorFlow library; ${SETUP_HINT}.`)
  const wanted = await placeFor(device, library)
  const tensorflow = openLibrary(library, logs)
  const place = placeThatWorks(wanted, device, tensorflow, library)
  const { notGpu, ...places } = place
  const onProcessor = place.gpus === undefined
  requirePrecision(precision, onProcessor ? 'cpu' : 'gpu')
  const group = hosts && TensorflowGroup.start(tensorflow, hosts)
  const open: OpenSession = ({ nodes, halves, isShared }) =>
    new TensorflowSession(
      tensorflow,
      sessionConfig({
        ...{ precision, nodes, halves, ...places },
        ...(isShared && { rank: group!.rank }),
      }),
      isShared ? group!.target : undefined,
    )
  return {
    name: 'tensorflow',
    device: deviceOf(place),
    precision,
    compiled: true,
    versions: { tensorflow: tensorflow.version },
    ...(notGpu !== undefined && { notGpu }),
    ...(group && { group }),
    load: async (programs, options) =>
      TensorflowRunner.create(open, programs, options, { onProcessor, devices: devicesOf(place), precision, group }),
  }
}

/**
 * Throws a UserError if TensorFlow's graph rewriter does not have the precision: it has bfloat16 for processors only,
 * and float16 for NVIDIA devices only.
 */
function requirePrecision(precision: Precision, kind: 'cpu' | 'gpu'): void {
  if (precision === 'mixed_float16' && kind === 'cpu') {
    throw new UserError(
      'Precision mixed_float16 needs a GPU: processors compute it slower than float32. On a processor use mixed_bfloat16.',
    )
  }
  if (precision === 'mixed_bfloat16' && kind === 'gpu') {
    throw new UserError(
      "Precision mixed_bfloat16 is for processors: TensorFlow's graph rewriter does not have it for GPUs. On a GPU use mixed_float16.",
    )
  }
}

/** Ratio of measured memory to the minimum for a step's values; over twelve networks and machines it was 0.9 to 2.3. */
const SHARE = 1.5
/** Bytes for TensorFlow's threads and code. */
const BASE = 60e6
/** Copies of state: in variables, in the tensors from which these are set, and in their next values. */
const COPIES = 3
const FLOAT = 4

function demandOf({ split, halves, others }: Step, { inputs }: Program, state: readonly Slot[], batch: number): Demand {
  const bytes = (shape: Shape) => FLOAT * sizeOf(shape)
  const given = inputs.reduce(
    (sum, input) => sum + (input.kind === 'scalar' ? 0 : bytes(withBatch(input.shape, batch))),
    0,
  )
  return {
    fixed: BASE + COPIES * state.reduce((sum, { shape }) => sum + bytes(shape), 0),
    growing: given + SHARE * (halves ? 2 : 1 + others.length) * memoryOf(split.graph).between,
  }
}

interface SessionNeeds {
  /** Approximate number of nodes of the largest graph. */
  readonly nodes: number
  readonly halves: boolean
  /** True if other hosts take part in its steps. */
  readonly isShared: boolean
}

type OpenSession = (needs: SessionNeeds) => TensorflowSession

interface CompiledStep {
  readonly run: PreparedRun
  /** Sets scratch variables, which are not state, to 0. */
  readonly clear?: PreparedRun
  readonly inputs: readonly (FedTensor<ArrayBuffer> & { readonly input: ProgramInput })[]
  readonly outputs: Readonly<Record<string, Float32Array>>
  readonly outputNames: readonly string[]
  /** The tensor of the news that this host gives; set if hosts compute the step together. */
  readonly news?: FedTensor<ArrayBuffer>
}

interface RunnerPlace {
  readonly onProcessor: boolean
  /** TensorFlow's names of the devices that share a batch. */
  readonly devices: readonly string[]
  readonly precision: Precision
  readonly group: TensorflowGroup | undefined
}

class TensorflowRunner implements Runner<string> {
  readonly #steps = new Map<string, CompiledStep>()
  /** Steps of all hosts that have run. */
  readonly #hasRun = new WeakSet<CompiledStep>()
  readonly #indices: ReadonlyMap<string, number>
  #stateRuns: {
    readonly read: PreparedRun
    readonly feeds: readonly FedTensor<ArrayBuffer>[]
    readonly write: PreparedRun
  }

  private constructor(
    private readonly session: TensorflowSession,
    private readonly programs: Programs,
    private readonly state: readonly Slot[],
    private readonly seed: number,
    /** Steps by program and batch size, kept until the first of them is compiled. */
    private readonly traced: Map<string, Step>,
    /** Most nodes of a step in halves; 0 if the session has no threads for them. */
    private readonly mostNodes: number,
    /** True if operators are fused by the lowering. */
    private readonly fused: boolean,
    private readonly sharing: Sharing,
  ) {
    this.#indices = new Map(state.map(({ name }, index) => [name, index]))
    this.#stateRuns = this.#addState()
  }

  static async create(
    open: OpenSession,
    programs: Programs,
    options: LoadOptions,
    { onProcessor, devices, precision, group }: RunnerPlace,
  ): Promise<TensorflowRunner> {
    const { seed, news, isShared: mayBeShared = () => false } = options
    const hosts = group && news && { group, news }
    const isShared = hosts || devices.length > 1 ? mayBeShared : () => false
    const batchSize = hosts ? ownRows(options.batchSize, group) : options.batchSize
    const state = stateOf(programs)
    // traces only the first program: the others are evaluations of the same network, or small
    const [[first, program] = []] = Object.entries(programs)
    const traced = new Map<string, Step>()
    const fused = onProcessor && precision === 'float32'
    // the rewriter of mixed precision takes a time that grows with the square of the nodes
    const rewritten = fused ? Number.POSITIVE_INFINITY : onProcessor ? MOST_REWRITTEN : 0
    // a server, and a session of several devices, have the same threads for all steps, those of whole ones
    const mostNodes = hosts || devices.length > 1 ? 0 : rewritten
    const sharing: Sharing = { devices, isShared, ...(hosts && { hosts }) }
    const step = program && (await stepOf(program, batchSize, { mostNodes, ...sharersOf(sharing, first!) }))
    if (step && isShared(first!))
      for (const text of await sharingWarnings(step, program, batchSize, sharing)) options.warn?.(text)
    if (step) traced.set(`${first}/${batchSize}`, step)
    if (step && onProcessor) requireRoom(demandOf(step, program!, state, batchSize), options)
    const halves = step?.halves ?? false
    const nodes = step ? (halves ? 2 : 1 + step.others.length) * step.graph.nodes.length : 0
    const runner = new TensorflowRunner(
      open({ nodes, halves, isShared: hosts !== undefined }),
      programs,
      state,
      seed,
      traced,
      halves ? mostNodes : 0,
      fused,
      sharing,
    )
    try {
      await runner.write(Object.fromEntries(state.map((slot) => [slot.name, slot.initial()])))
    } catch (error) {
      await runner.dispose()
      throw error
    }
    return runner
  }

  readonly computesElsewhere = true

  async run(name: string, batch: Batch, scalars: Scalars, meanwhile?: () => void): Promise<Outputs> {
    const step = await this.#step(name, batch)
    const { run, inputs, outputs, outputNames, news } = step
    for (const { input, values } of inputs) writeFeed(input, values, batch, scalars)
    if (news) new Float32Array(news.values).set(this.sharing.hosts!.news.give())
    const running = this.session.run(run, (index, numbers) => {
      const output = outputNames[index]
      if (output === undefined) this.sharing.hosts!.news.take(numbers.slice())
      else outputs[output]!.set(numbers)
    })
    meanwhile?.()
    await (news ? this.#together(step, running) : running)
    return outputs
  }

  /** Waits for a step that all hosts compute. */
  #together(step: CompiledStep, running: Promise<void>): Promise<void> {
    const isFirst = !this.#hasRun.has(step)
    this.#hasRun.add(step)
    return this.sharing.hosts!.group.step(running, isFirst)
  }

  async read(into?: StateValues): Promise<StateValues> {
    const values: Record<string, Float32Array> = {}
    await this.session.run(this.#stateRuns.read, (index, numbers) => {
      const { name } = this.state[index]!
      values[name] = copied(numbers, into?.[name])
    })
    return values
  }

  async write(values: StateValues): Promise<void> {
    const named = this.state.filter(({ name }) => values[name])
    const kept = named.length < this.state.length && this.#steps.size > 0 ? await this.read() : {}
    for (const [index, { name }] of this.state.entries()) {
      const value = values[name] ?? kept[name]
      if (value) new Float32Array(this.#stateRuns.feeds[index]!.values).set(value)
    }
    await this.session.run(this.#stateRuns.write)
    for (const { clear } of this.#steps.values()) if (clear) await this.session.run(clear)
  }

  async dispose(): Promise<void> {
    if (this.sharing.hosts?.group.isLost) return
    for (const { inputs } of this.#steps.values()) for (const { handle } of inputs) this.session.free(handle)
    for (const { handle } of this.#stateRuns.feeds) this.session.free(handle)
    this.#steps.clear()
    this.session.close()
  }

  /** Adds nodes that read all state in one run and assign it in another. */
  #addState() {
    const nodes: TensorflowNode[] = this.state.flatMap(({ shape }, index) => [
      ...variableNodes('', index, shape),
      {
        name: `given${index}`,
        op: 'Placeholder',
        inputs: [],
        attributes: { dtype: { type: 'float32' }, shape: { shape } },
      },
      // a copy, because the fed tensor will be overwritten
      { name: `copy${index}`, op: 'DeepCopy', inputs: [`given${index}`], attributes: { T: { type: 'float32' } } },
      {
        name: `assign${index}`,
        op: 'AssignVariableOp',
        inputs: [`handle${index}`, `copy${index}`],
        attributes: { dtype: { type: 'float32' } },
      },
    ])
    this.session.add(encodeGraph(nodes))
    const feeds = this.state.map(({ shape }) => this.session.tensor('float32', shape, 4 * sizeOf(shape)))
    return {
      read: this.session.prepare(
        [],
        this.state.map((_, index) => `read${index}`),
        [],
      ),
      feeds,
      write: this.session.prepare(
        feeds.map(({ handle }, index) => [`given${index}`, handle] as const),
        [],
        this.state.map((_, index) => `assign${index}`),
      ),
    }
  }

  async #step(name: string, batch: Batch): Promise<CompiledStep> {
    const program = programNamed(this.programs, name)
    const { hosts, devices, isShared } = this.sharing
    const share = hosts && isShared(name) ? batch.share! : undefined
    const rows = share ? `${share.from}-${share.counted}-${share.of}.` : ''
    const key = `${name}/${batch.size}.${rows}${formOf(program.inputs, batch)}/`
    const known = this.#steps.get(key)
    if (known) return known
    const { graph, split, halves, others } =
      this.traced.get(`${name}/${batch.size}`) ??
      (await stepOf(program, batch.size, { mostNodes: this.mostNodes, ...sharersOf(this.sharing, name) }))
    this.traced.clear()
    const lowered = lowerToTensorflow(graph, split, {
      prefix: key,
      halves,
      fused: this.fused,
      indexOf: (slot) => this.#indices.get(slot)!,
      batch,
      seed: this.seed,
      others: others.map((part, index) => ({ ...part, device: devices[index + 1]! })),
      ...(share && {
        shared: {
          hosts: hosts!.group.addresses.length,
          share,
          instance: hosts!.group.instances(ADDITIONS),
          news: hosts!.news.count,
        },
      }),
    })
    this.session.add(lowered.graph)
    const inputs = lowered.feeds.map(({ dtype, shape, bytes, ...feed }) => ({
      ...feed,
      ...this.session.tensor(dtype, shape, bytes),
    }))
    const results = graph.outputs.filter(isResult)
    const count = hosts?.news.count ?? 0
    const news = lowered.news && this.session.tensor('float32', [count], FLOAT * count)
    const step: CompiledStep = {
      run: this.session.prepare(
        [
          ...inputs.map(({ node, handle }) => [node, handle] as const),
          ...(news ? [[lowered.news!.given, news.handle] as const] : []),
        ],
        [...results.map(({ value }) => lowered.fetchOf(value)), ...(lowered.news ? [lowered.news.sums] : [])],
        lowered.update === undefined ? [] : [lowered.update],
      ),
      ...(lowered.clear !== undefined && { clear: this.session.prepare([], [], [lowered.clear]) }),
      inputs,
      outputs: Object.fromEntries(
        results.map(({ name: output, value }) => [output, new Float32Array(sizeOf(infoOf(graph, value).shape))]),
      ),
      outputNames: results.map(({ name: output }) => output),
      ...(news && { news }),
    }
    if (step.clear) await this.session.run(step.clear)
    this.#steps.set(key, step)
    return step
  }
}
