/**
 * Engine `onnx`: layers forward and backward in ONNX Runtime, noise, batches and the optimizer's update in SIMD kernels,
 * all over one arena that neither side copies. Where it pays, each half of a batch has a thread and a session of its own.
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
import { loopKey, updateModule } from '../fuse/update-loop.js'
import { infoOf } from '../graph/graph.js'
import { type Arena, ArenaPlan } from '../inputs/arena.js'
import { InputFeeder, padded, placeInputs } from '../inputs/feeder.js'
import { isResult, type Update } from '../passes/split-update.js'
import { type Step, stepOf } from './halves.js'
import { type LoweredGraph, lowerToOnnx } from './lower.js'
import { OtherHalf } from './other-half.js'
import { otherSession } from './other-session.js'
import { type PlacedTensor, tensorIn } from './placed-tensor.js'
import { arrayPlaces, gradientPlaces, placeOf, placeUpdates, stateKey, updateBytes } from './places.js'

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
  /** The session of the other half, and what it gives to be added: each array once, for names may share one. */
  readonly other?: { readonly session: number; readonly sums: readonly (readonly [Float32Array, Float32Array])[] }
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
  /** Programs whose whole batches are run in halves, a thread each. */
  readonly #inHalves = new Set<string>()
  /** Started by the first step that has one. */
  #otherHalf: OtherHalf | undefined

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
    const traced = new Map<string, Step>()
    for (const [name, program] of Object.entries(programs)) {
      if (!program.keepsState) traced.set(name, await stepOf(program, batchSize, true))
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
      if (step.halves) runner.#inHalves.add(name)
      if (step.updates.length === 0) continue // made when it is first run
      const compiled = runner.#compile(step, batchSize)
      runner.#steps.set(`${name} ${batchSize}`, compiled)
      await compiled
    }
    return runner
  }

  /** Whether whole batches of a program that has an update are run in halves. */
  runsInHalves(name: string): boolean {
    return this.#inHalves.has(name)
  }

  async run(name: string, batch: Batch, scalars: Scalars, meanwhile?: () => void): Promise<Outputs> {
    const program = programNamed(this.programs, name)
    const step = await this.#step(name, program, batch.size)
    const begin = performance.now()
    this.feeder.feed(program.inputs, batch, scalars)
    const fed = performance.now()
    await this.#compute(step)
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
    for (const step of await Promise.allSettled(this.#steps.values())) {
      if (step.status === 'fulfilled') await step.value.session.release()
    }
    this.#steps.clear()
    await this.#otherHalf?.dispose()
    this.#otherHalf = undefined
    await this.crew.dispose()
  }

  #step(name: string, program: Program, size: number): Promise<CompiledStep> {
    const key = `${name} ${size}`
    let step = this.#steps.get(key)
    if (!step) {
      if (size > this.options.batchSize)
        throw new Error(`internal: a batch of ${size}, at most ${this.options.batchSize} fit`)
      // the arena has room for the gradients of two halves where a whole batch has them
      const mayHalve = program.keepsState === true || this.runsInHalves(name)
      step = stepOf(program, size, mayHalve).then((traced) => this.#compile(traced, size))
      this.#steps.set(key, step)
    }
    return step
  }

  async #compute({ session, feeds, fetches, other }: CompiledStep): Promise<void> {
    if (!other) {
      await session.run(feeds, fetches)
      return
    }
    this.#otherHalf!.start(other.session)
    try {
      await session.run(feeds, fetches)
    } finally {
      this.#otherHalf!.finish()
    }
    for (const [values, added] of other.sums) for (const index of values.keys()) values[index]! += added[index]!
  }

  async #compile(step: Step, size: number): Promise<CompiledStep> {
    const { graph, updates, halves } = step
    const lowered = lowerToOnnx(graph)
    const { model, inputs: taken, nameOf, outputNameOf } = lowered
    const options: ort.InferenceSession.SessionOptions = {
      ...this.sessionOptions,
      ...(halves && { intraOpNumThreads: Math.ceil(availableParallelism() / 2) }),
      graphOptimizationLevel: graph.nodes.length > MOST_REWRITTEN ? 'disabled' : 'all',
    }
    const [other, session] = await Promise.all([
      halves ? this.#compileOther(lowered, step, options) : undefined,
      ort.InferenceSession.create(model, options),
    ])
    const feeds: Record<string, ort.Tensor> = {}
    const fetches: Record<string, ort.Tensor> = {}
    const inputArrays = new Map<number, Float32Array>()
    for (const graphInput of graph.inputs) {
      const { shape, dtype } = infoOf(graph, graphInput.value)
      const place = placeOf(graphInput)
      const name = nameOf(graphInput.value)
      if (dtype === 'float32') inputArrays.set(graphInput.value, this.#floats(place, shape))
      const address = this.plan.find(place)
      if (taken.has(name))
        feeds[name] = tensorIn(this.arena.buffer, { dtype: dtype as PlacedTensor['dtype'], shape, address })
    }

    const gradients = gradientPlaces(updates, false)
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
      else if (isResult(output)) outputs[output.name] = array
    }
    const loops = this.#loopCalls(updates, computed, inputArrays, size)
    const compiled = { session, feeds, fetches, outputs, copies, loops }
    if (!other) return compiled
    const sums = new Map(Object.entries(outputs).map(([name, array]) => [array, other.outputs[name]!]))
    return { ...compiled, other: { session: other.session, sums: [...sums] } }
  }

  async #compileOther(
    lowered: LoweredGraph,
    step: Step,
    options: ort.InferenceSession.SessionOptions,
  ): Promise<{ session: number; outputs: Outputs }> {
    const { session, outputs } = otherSession(lowered, step, (place) => this.plan.find(place), options)
    this.#otherHalf ??= new OtherHalf(this.arena.memory)
    return { session: await this.#otherHalf.add(session), outputs }
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
    const arrays = arrayPlaces(updates)
    for (const [index, update] of updates.entries()) {
      const key = loopKey(update)
      const pointers = arrays[index]!.map((place) => this.plan.find(place))
      const bytes = updateBytes(update, new Map(this.state.map((slot) => [slot.name, slot.shape])))
      const scalars = update.scalars.map((value) => {
        const array = computed.get(value) ?? inputs.get(value)
        if (!array) throw new Error(`internal: scalar ${value} of an update is not computed at batch size ${size}`)
        return array
      })
      const last = calls.at(-1)
      const follows =
        last?.key === key &&
        last.scalars.every((array, at) => array === scalars[at]) &&
        last.pointers.every((pointer, at) => pointer + last.bytes === pointers[at])
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
