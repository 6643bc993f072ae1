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
import { programNamed, stateOf } from '../../given.js'
import { type Demand, requireRoom } from '../../memory.js'
import { infoOf } from '../graph/graph.js'
import { memoryOf } from '../graph/memory.js'
import { openLibrary } from './c-api.js'
import { MOST_REWRITTEN, sessionConfig } from './config.js'
import { encodeGraph, type TensorflowNode } from './graph-def.js'
import { type Step, stepOf } from './halves.js'
import { formOf, writeFeed } from './inputs.js'
import { lowerToTensorflow, variableNodes } from './lower.js'
import { placeFor, placeThatWorks } from './place.js'
import { type FedTensor, type PreparedRun, TensorflowSession } from './session.js'

/**
 * Opens the engine on a device. Throws a UserError if no library works, or if the device or the precision is not
 * available.
 */
export async function openTensorflow(
  { device, precision, logs }: EngineRequest = DEFAULT_REQUEST,
  library: TensorflowLibrary | undefined = locateTensorflow(),
): Promise<Engine> {
  if (!library) throw new UserError(`Engine tensorflow finds no TensorFlow library; ${SETUP_HINT}.`)
  const wanted = await placeFor(device, library)
  const tensorflow = openLibrary(library, logs)
  const { gpu, notGpu } = placeThatWorks(wanted, device, tensorflow, library)
  requirePrecision(precision, gpu === undefined ? 'cpu' : 'gpu')
  const onProcessor = gpu === undefined
  const open: OpenSession = (nodes, halves) =>
    new TensorflowSession(tensorflow, sessionConfig({ precision, nodes, halves, ...(!onProcessor && { gpu }) }))
  return {
    name: 'tensorflow',
    device: gpu === undefined ? 'cpu' : `gpu:${gpu}`,
    precision,
    compiled: true,
    versions: { tensorflow: tensorflow.version },
    ...(notGpu !== undefined && { notGpu }),
    load: async (programs, options) => TensorflowRunner.create(open, programs, options, { onProcessor, precision }),
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

function demandOf({ split, halves }: Step, { inputs }: Program, state: readonly Slot[], batch: number): Demand {
  const bytes = (shape: Shape) => FLOAT * sizeOf(shape)
  const given = inputs.reduce(
    (sum, input) => sum + (input.kind === 'scalar' ? 0 : bytes(withBatch(input.shape, batch))),
    0,
  )
  return {
    fixed: BASE + COPIES * state.reduce((sum, { shape }) => sum + bytes(shape), 0),
    growing: given + SHARE * (halves ? 2 : 1) * memoryOf(split.graph).between,
  }
}

/** Opens a session for graphs of about this many nodes. */
type OpenSession = (nodes: number, halves: boolean) => TensorflowSession

interface CompiledStep {
  readonly run: PreparedRun
  /** Sets scratch variables, which are not state, to 0. */
  readonly clear?: PreparedRun
  readonly inputs: readonly (FedTensor<ArrayBuffer> & { readonly input: ProgramInput })[]
  readonly outputs: Readonly<Record<string, Float32Array>>
  readonly outputNames: readonly string[]
}

class TensorflowRunner implements Runner<string> {
  readonly #steps = new Map<string, CompiledStep>()
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
  ) {
    this.#indices = new Map(state.map(({ name }, index) => [name, index]))
    this.#stateRuns = this.#addState()
  }

  static async create(
    open: OpenSession,
    programs: Programs,
    options: LoadOptions,
    { onProcessor, precision }: { readonly onProcessor: boolean; readonly precision: Precision },
  ): Promise<TensorflowRunner> {
    const { seed, batchSize } = options
    const state = stateOf(programs)
    // traces only the first program: the others are evaluations of the same network, or small
    const [[first, program] = []] = Object.entries(programs)
    const traced = new Map<string, Step>()
    const fused = onProcessor && precision === 'float32'
    // the rewriter of mixed precision takes a time that grows with the square of the nodes
    const mostNodes = fused ? Number.POSITIVE_INFINITY : onProcessor ? MOST_REWRITTEN : 0
    const step = program && (await stepOf(program, batchSize, mostNodes))
    if (step) traced.set(`${first}/${batchSize}`, step)
    if (step && onProcessor) requireRoom(demandOf(step, program!, state, batchSize), options)
    const halves = step?.halves ?? false
    const nodes = (halves ? 2 : 1) * (step?.graph.nodes.length ?? 0)
    const runner = new TensorflowRunner(
      open(nodes, halves),
      programs,
      state,
      seed,
      traced,
      halves ? mostNodes : 0,
      fused,
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
    const { run, inputs, outputs, outputNames } = await this.#step(name, batch)
    for (const { input, values } of inputs) writeFeed(input, values, batch, scalars)
    const running = this.session.run(run, (index, numbers) => outputs[outputNames[index]!]!.set(numbers))
    meanwhile?.()
    await running
    return outputs
  }

  async read(): Promise<StateValues> {
    const values: Record<string, Float32Array> = {}
    await this.session.run(this.#stateRuns.read, (index, numbers) => {
      values[this.state[index]!.name] = numbers.slice()
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
    const key = `${name}/${batch.size}.${formOf(program.inputs, batch)}/`
    const known = this.#steps.get(key)
    if (known) return known
    const { graph, split, halves } =
      this.traced.get(`${name}/${batch.size}`) ?? (await stepOf(program, batch.size, this.mostNodes))
    this.traced.clear()
    const lowered = lowerToTensorflow(graph, split, {
      prefix: key,
      halves,
      fused: this.fused,
      indexOf: (slot) => this.#indices.get(slot)!,
      batch,
      seed: this.seed,
    })
    this.session.add(lowered.graph)
    const inputs = lowered.feeds.map(({ dtype, shape, bytes, ...feed }) => ({
      ...feed,
      ...this.session.tensor(dtype, shape, bytes),
    }))
    const results = graph.outputs.filter(({ to }) => to === 'output')
    const step: CompiledStep = {
      run: this.session.prepare(
        inputs.map(({ node, handle }) => [node, handle] as const),
        results.map(({ value }) => lowered.fetchOf(value)),
        lowered.update === undefined ? [] : [lowered.update],
      ),
      ...(lowered.clear !== undefined && { clear: this.session.prepare([], [], [lowered.clear]) }),
      inputs,
      outputs: Object.fromEntries(
        results.map(({ name: output, value }) => [output, new Float32Array(sizeOf(infoOf(graph, value).shape))]),
      ),
      outputNames: results.map(({ name: output }) => output),
    }
    if (step.clear) await this.session.run(step.clear)
    this.#steps.set(key, step)
    return step
  }
}
