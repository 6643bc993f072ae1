/**
 * Engine `onnx`: layers forward and backward in ONNX Runtime, noise, batches and the optimizer's update in SIMD kernels,
 * all over one arena that neither side copies.
 */
import { availableParallelism } from 'node:os'
import * as ort from 'onnxruntime-node'
import { packageVersion } from '../../../base/package-version.js'
import { type Shape, sizeOf } from '../../../base/shape.js'
import type { Program, Slot } from '../../../program/program.js'
import type { Batch, Engine, LoadOptions, Outputs, Runner, Scalars, StateValues } from '../../engine.js'
import { programNamed, stateOf } from '../../given.js'
import type { Task } from '../crew/chunks.js'
import { Crew } from '../crew/crew.js'
import { LOOP_BYTES, loopKey, updateModule } from '../fuse/update-loop.js'
import { infoOf } from '../graph/graph.js'
import { type Arena, ArenaPlan } from '../inputs/arena.js'
import { InputFeeder, inputKey, padded, placeInputs } from '../inputs/feeder.js'
import { simplifiedGraph } from '../passes/simplified.js'
import { type SplitStep, splitUpdate, type Update } from '../passes/split-update.js'
import { lowerToOnnx } from './lower.js'
import { sumsOfSoftplus } from './sum-of-softplus.js'

export const onnxEngine: Engine = {
  name: 'onnx',
  device: 'cpu',
  precision: 'float32',
  compiled: true,
  versions: { 'onnxruntime-node': packageVersion('onnxruntime-node') },
  load: async (programs, options) => OnnxRunner.create(programs, options),
}

export const SESSION_OPTIONS: ort.InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: availableParallelism(),
  interOpNumThreads: 1,
  extra: {
    session: {
      // a thread of the runtime that spun on after the graph would keep the crew's helper from its core
      force_spinning_stop: '1',
      // where another process has one of the cores, waiting for it by spinning takes the rest: spin as long as the
      // waits of an undisturbed step are, and let the thread that runs take more of the work
      intra_op: { spin_duration_us: '50' },
      dynamic_block_base: '4',
    },
  },
  logSeverityLevel: 3,
}

/**
 * Nodes of a graph up to which the runtime may rewrite it, in a time that grows with their square: of long sequences
 * come tens of thousands, in which there is nothing to rewrite.
 */
const MOST_REWRITTEN = 5_000

/** Steps after which subnormal numbers are looked for: often enough that few gather, rarely enough to cost nothing. */
const FLUSH_STEPS = 64

/** A step compiled for one batch size. */
interface CompiledStep {
  readonly session: ort.InferenceSession
  readonly feeds: ort.InferenceSession.OnnxValueMapType
  readonly fetches: ort.InferenceSession.OnnxValueMapType
  readonly outputs: Outputs
  /** Moves new state that the runtime computed itself to its place. */
  readonly copies: readonly { readonly from: Float32Array; readonly to: Float32Array }[]
  readonly loops: readonly LoopCall[]
}

interface LoopCall {
  /** The loop's place in the crew's list. */
  readonly kernel: number
  readonly pointers: readonly number[]
  readonly bytes: number
  /** One element each, read after the runtime has run. */
  readonly scalars: readonly Float32Array[]
}

/** Where the time of a step goes, in milliseconds; see `bench`. */
export interface StepTimes {
  inputs: number
  graph: number
  update: number
}

export class OnnxRunner implements Runner {
  readonly #steps = new Map<string, Promise<CompiledStep>>()
  readonly times: StepTimes = { inputs: 0, graph: 0, update: 0 }

  private constructor(
    private readonly programs: Readonly<Record<string, Program>>,
    private readonly options: LoadOptions,
    private readonly state: readonly Slot[],
    private readonly plan: ArenaPlan,
    private readonly arena: Arena,
    private readonly crew: Crew,
    private readonly feeder: InputFeeder,
    private readonly sessionOptions: ort.InferenceSession.SessionOptions,
  ) {}

  static async create(
    programs: Readonly<Record<string, Program>>,
    { profile, ...options }: LoadOptions & { profile?: string },
  ): Promise<OnnxRunner> {
    const { batchSize } = options
    const state = stateOf(programs)
    const plan = new ArenaPlan()
    const traced = new Map<string, SplitStep>()
    for (const [name, program] of Object.entries(programs)) {
      if (!program.keepsState) traced.set(name, await traceStep(program, batchSize))
    }
    for (const { updates } of traced.values())
      placeUpdates(plan, updates, new Map(state.map((slot) => [slot.name, slot.shape])))
    for (const { name, shape } of state) plan.reserve(stateKey(name), padded(sizeOf(shape)))
    placeInputs(plan, programs, batchSize)

    const arena = plan.allocate()
    const crew = new Crew(arena.memory)
    const feeder = await InputFeeder.create(plan, arena.memory, crew, options.seed)
    const runner = new OnnxRunner(programs, options, state, plan, arena, crew, feeder, {
      ...SESSION_OPTIONS,
      ...(profile && { enableProfiling: true, profileFilePrefix: profile }),
    })
    for (const slot of state) runner.#floats(stateKey(slot.name), slot.shape).set(slot.initial())
    for (const [name, step] of traced) {
      if (step.updates.length === 0) continue // made when it is first run
      const compiled = runner.#compile(programs[name]!, step, batchSize)
      runner.#steps.set(`${name} ${batchSize}`, compiled)
      await compiled
    }
    return runner
  }

  async run(name: string, batch: Batch, scalars: Scalars, meanwhile?: () => void): Promise<Outputs> {
    const program = programNamed(this.programs, name)
    const step = await this.#step(name, program, batch.size)
    const begin = performance.now()
    this.feeder.feed(program.inputs, batch, scalars)
    const fed = performance.now()
    await step.session.run(step.feeds, step.fetches)
    const ran = performance.now()
    if (Object.values(step.outputs).every((output) => output.every(Number.isFinite))) {
      for (const { from, to } of step.copies) to.set(from)
      const next =
        step.loops.length === 0 ? [] : this.feeder.noise(program.inputs, batch.size, (scalars.iterations ?? 0) + 1)
      this.crew.run([...step.loops.map(updateTask), ...next], meanwhile)
      if (step.loops.length > 0) this.#flush(scalars.iterations ?? 0)
    }
    this.times.inputs += fed - begin
    this.times.graph += ran - fed
    this.times.update += performance.now() - ran
    return step.outputs
  }

  async read(): Promise<StateValues> {
    return Object.fromEntries(this.state.map(({ name, shape }) => [name, this.#floats(stateKey(name), shape).slice()]))
  }

  async write(values: StateValues): Promise<void> {
    for (const { name, shape } of this.state) {
      const value = values[name]
      if (value) this.#floats(stateKey(name), shape).set(value)
    }
  }

  async dispose(): Promise<void> {
    for (const step of this.#steps.values()) await (await step).session.release()
    this.#steps.clear()
    await this.crew.dispose()
  }

  #step(name: string, program: Program, size: number): Promise<CompiledStep> {
    const key = `${name} ${size}`
    let step = this.#steps.get(key)
    if (!step) {
      if (size > this.options.batchSize)
        throw new Error(`internal: a batch of ${size}, at most ${this.options.batchSize} fit`)
      step = traceStep(program, size).then((split) => this.#compile(program, split, size))
      this.#steps.set(key, step)
    }
    return step
  }

  async #compile(program: Program, { graph, updates }: SplitStep, size: number): Promise<CompiledStep> {
    const { model, nameOf, outputNameOf } = lowerToOnnx(graph)
    const session = await ort.InferenceSession.create(model, {
      ...this.sessionOptions,
      graphOptimizationLevel: graph.nodes.length > MOST_REWRITTEN ? 'disabled' : 'all',
    })
    const feeds: Record<string, ort.Tensor> = {}
    const fetches: Record<string, ort.Tensor> = {}
    const taken = new Set(session.inputNames)
    const inputArrays = new Map<number, Float32Array>()
    for (const graphInput of graph.inputs) {
      const { shape, dtype } = infoOf(graph, graphInput.value)
      const place = graphInput.from === 'state' ? stateKey(graphInput.name) : inputKey(graphInput.name)
      const name = nameOf(graphInput.value)
      if (dtype === 'float32') inputArrays.set(graphInput.value, this.#floats(place, shape))
      if (taken.has(name)) feeds[name] = this.#tensor(place, shape, dtype as 'float32' | 'int32')
    }

    const gradients = new Map(updates.flatMap((update) => gradientPlaces(update)))
    const outputs: Record<string, Float32Array> = {}
    const copies: { from: Float32Array; to: Float32Array }[] = []
    const computed = new Map<number, Float32Array>()
    for (const output of graph.outputs) {
      const { shape, dtype } = infoOf(graph, output.value)
      if (dtype !== 'float32') throw new Error(`internal: output ${output.name} has dtype ${dtype}`)
      const name = outputNameOf(output.value)
      const gradient = gradients.get(output.value)
      const array =
        computed.get(output.value) ?? (gradient ? this.#floats(gradient, shape) : new Float32Array(sizeOf(shape)))
      computed.set(output.value, array)
      fetches[name] ??= new ort.Tensor('float32', array, [...shape])
      if (output.to === 'state') copies.push({ from: array, to: this.#floats(stateKey(output.name), shape) })
      else if (program.state.length === 0 || !output.name.startsWith('update:')) outputs[output.name] = array
    }
    return { session, feeds, fetches, outputs, copies, loops: this.#loopCalls(updates, computed, inputArrays, size) }
  }

  /** The loops of a step; neighbours in the arena with the same loop and scalars become one call. */
  #loopCalls(
    updates: readonly Update[],
    computed: ReadonlyMap<number, Float32Array>,
    inputs: ReadonlyMap<number, Float32Array>,
    size: number,
  ): LoopCall[] {
    if (updates.length === 0) return []
    const { module, names } = updateModule(updates)
    const places = this.crew.add(module, [...names.values()])
    const kernels = new Map([...names.keys()].map((key, index) => [key, places[index]!]))
    const calls: (LoopCall & { readonly key: string })[] = []
    for (const update of updates) {
      const key = loopKey(update)
      const pointers = update.arrays.map((_, index) => this.plan.find(arrayPlace(update, index)))
      const bytes = updateBytes(update, new Map(this.state.map((slot) => [slot.name, slot.shape])))
      const scalars = update.scalars.map((value) => {
        const array = computed.get(value) ?? inputs.get(value)
        if (!array) throw new Error(`internal: scalar ${value} of an update is not computed at batch size ${size}`)
        return array
      })
      const last = calls.at(-1)
      const follows =
        last?.key === key &&
        last.scalars.every((array, index) => array === scalars[index]) &&
        last.pointers.every((pointer, index) => pointer + last.bytes === pointers[index])
      const call = { key, kernel: kernels.get(key)!, pointers, bytes, scalars }
      if (follows) calls[calls.length - 1] = { ...last, bytes: last.bytes + bytes }
      else calls.push(call)
    }
    return calls
  }

  /**
   * Running means of gradients that have ceased end in subnormal numbers, stay there for ever, and make every step that
   * touches them slower.
   */
  #flush(iterations: number): void {
    if (iterations % FLUSH_STEPS !== FLUSH_STEPS - 1) return
    const slots = this.state.filter(({ role }) => role === 'optimizer')
    const { kernels } = this.feeder
    this.crew.run(slots.map(({ name, shape }) => kernels.flushSubnormal(this.plan.find(stateKey(name)), sizeOf(shape))))
  }

  #floats(place: string, shape: Shape): Float32Array {
    return new Float32Array(this.arena.buffer, this.plan.find(place), sizeOf(shape))
  }

  #tensor(place: string, shape: Shape, dtype: 'float32' | 'int32'): ort.Tensor {
    const address = this.plan.find(place)
    return dtype === 'float32'
      ? new ort.Tensor('float32', this.#floats(place, shape), [...shape])
      : new ort.Tensor('int32', new Int32Array(this.arena.buffer, address, sizeOf(shape)), [...shape])
  }
}

/** A program's graph for one batch size, simplified, without its update. */
export async function traceStep(program: Program, batch: number): Promise<SplitStep> {
  return splitUpdate(sumsOfSoftplus(await simplifiedGraph(program, batch)))
}

/** Bytes of each array in a chunk of an update: a few microseconds of work. */
const UPDATE_CHUNK = 1 << 15

const updateTask = ({ kernel, pointers, bytes, scalars }: LoopCall): Task => ({
  kernel,
  arguments: [...pointers, bytes, ...scalars.map((value) => value[0]!)],
  steps: [...pointers.map(() => UPDATE_CHUNK), 0, ...scalars.map(() => 0)],
  countAt: pointers.length,
  count: bytes,
  chunk: UPDATE_CHUNK,
})

const stateKey = (name: string) => `state ${name}`

/** The place of an update's array; a gradient is named by the first state it updates, so every batch size finds it. */
function arrayPlace({ arrays, stores }: Update, index: number): string {
  const array = arrays[index]!
  if (array.from === 'state') return stateKey(array.name)
  const owner = arrays[stores[0]!.array]!
  return `gradient ${index} of ${owner.from === 'state' ? owner.name : owner.value}`
}

const gradientPlaces = (update: Update): [number, string][] =>
  update.arrays.flatMap((array, index) => (array.from === 'graph' ? [[array.value, arrayPlace(update, index)]] : []))

const updateBytes = ({ arrays, stores }: Update, shapes: ReadonlyMap<string, Shape>): number => {
  const stored = arrays[stores[0]!.array]!
  const bytes = padded(sizeOf(stored.from === 'state' ? shapes.get(stored.name)! : []))
  return Math.ceil(bytes / LOOP_BYTES) * LOOP_BYTES
}

/** All weights side by side, then all of the first slot, ..., then all gradients: one loop can run through them. */
function placeUpdates(plan: ArenaPlan, updates: readonly Update[], shapes: ReadonlyMap<string, Shape>): void {
  for (const key of new Set(updates.map(loopKey))) {
    const alike = updates.filter((update) => loopKey(update) === key)
    for (const index of alike[0]!.arrays.keys()) {
      for (const update of alike) plan.reserve(arrayPlace(update, index), updateBytes(update, shapes))
    }
  }
}
