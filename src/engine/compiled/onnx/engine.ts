/**
 * Engine `onnx`: layers forward and backward in ONNX Runtime, noise, batches and the optimizer's update in SIMD kernels,
 * all over one arena that neither side copies. Where it pays, each half of a batch has a thread and a session of its own.
 */
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { freeMemory } from '../../../base/free-memory.js'
import { type Shape, sizeOf } from '../../../base/shape.js'
import type { Slot } from '../../../base/slot.js'
import type { Program, Programs } from '../../../program/program.js'
import type { Batch, Engine, LoadOptions, Outputs, Runner, Scalars, StateValues } from '../../engine.js'
import { programNamed, stateOf } from '../../given.js'
import { requireRoom, totalOf } from '../../memory.js'
import type { Task } from '../crew/chunks.js'
import { Crew } from '../crew/crew.js'
import { loopKey, updateModule } from '../fuse/update-loop.js'
import { infoOf } from '../graph/graph.js'
import type { DType } from '../graph/value.js'
import { ArenaPlan } from '../inputs/arena.js'
import { InputFeeder, padded, placeInputs } from '../inputs/feeder.js'
import { isResult, type Update } from '../passes/split-update.js'
import { openOnnxRuntime } from './c-api.js'
import { demandOf } from './demand.js'
import { type Step, stepOf } from './halves.js'
import { lowerToOnnx } from './lower.js'
import { type OtherHalf, otherHalf } from './other-half.js'
import { arrayPlaces, gradientPlaces, placeOf, placeUpdates, stateKey, updateBytes } from './places.js'
import { OnnxSession, type PlacedTensor, type PreparedRun, type SessionOptions } from './session.js'

/** A UserError where the runtime's library cannot be had. */
export function openOnnx(): Engine {
  const { version } = openOnnxRuntime()
  return {
    name: 'onnx',
    device: 'cpu',
    precision: 'float32',
    compiled: true,
    versions: { onnxruntime: version },
    load: async (programs, options) => OnnxRunner.create(programs, options),
  }
}

export const SESSION_OPTIONS: SessionOptions = {
  threads: availableParallelism(),
  config: {
    // a thread of the runtime that spun on after the graph would keep the crew's helper from its core
    'session.force_spinning_stop': '1',
    // where another process has one of the cores, waiting for it by spinning takes the rest: spin as long as the
    // waits of an undisturbed step are, and let the thread that runs take more of the work
    'session.intra_op.spin_duration_us': '50',
    'session.dynamic_block_base': '4',
  },
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
  readonly session: OnnxSession
  readonly run: PreparedRun
  readonly outputs: Outputs
  readonly other?: OtherHalf
  /** What the other half gives to be added: each array once, for names may share one. */
  readonly sums: readonly (readonly [Float32Array, Float32Array])[]
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

export class OnnxRunner implements Runner<string> {
  readonly #steps = new Map<string, Promise<CompiledStep>>()
  readonly times: StepTimes = { inputs: 0, graph: 0, update: 0 }
  /** Programs whose whole batches are run in halves, a thread each. */
  readonly #inHalves = new Set<string>()

  private constructor(
    private readonly programs: Programs,
    private readonly options: LoadOptions,
    private readonly state: readonly Slot[],
    private readonly plan: ArenaPlan,
    private readonly memory: WebAssembly.Memory,
    private readonly crew: Crew,
    private readonly feeder: InputFeeder,
    private readonly sessionOptions: SessionOptions,
  ) {}

  static async create(
    programs: Programs,
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

    const demand = await demandOf(programs, traced, plan, batchSize)
    const free = freeMemory()
    const sparing = totalOf(demand(false)) > 0.8 * free
    requireRoom(demand(sparing), options, free)
    const memory = plan.allocate()
    const crew = new Crew(memory)
    const feeder = await InputFeeder.create(plan, memory, crew, options.seed)
    const runner = new OnnxRunner(programs, options, state, plan, memory, crew, feeder, {
      ...SESSION_OPTIONS,
      sparing,
      ...(profile && { profile }),
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
      if (step.status === 'rejected') continue
      step.value.session.release()
      step.value.other?.session.release()
    }
    this.#steps.clear()
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

  /** The first half, or all, on this thread: what is waited for elsewhere is told between steps. */
  async #compute({ run, other, sums }: CompiledStep): Promise<void> {
    await setImmediate()
    const othersEnd = other?.run.runAside()
    try {
      run.run()
    } finally {
      await othersEnd
    }
    for (const [values, added] of sums) for (const index of values.keys()) values[index]! += added[index]!
  }

  async #compile(step: Step, size: number): Promise<CompiledStep> {
    const { graph, updates, halves } = step
    const lowered = lowerToOnnx(graph)
    const options = { ...this.sessionOptions, rewrites: graph.nodes.length <= MOST_REWRITTEN }
    const threads = availableParallelism()
    const placed = this.#placed.bind(this)
    const [session, other] = await Promise.all([
      OnnxSession.create(lowered.model, { ...options, ...(halves && { threads: Math.ceil(threads / 2) }) }),
      // a profile is of the first half
      halves
        ? otherHalf(lowered, step, placed, { ...options, threads: Math.floor(threads / 2), profile: undefined })
        : undefined,
    ])
    const feeds: Record<string, PlacedTensor> = {}
    const inputArrays = new Map<number, Float32Array>()
    for (const graphInput of graph.inputs) {
      const { shape, dtype } = infoOf(graph, graphInput.value)
      const input = placed(placeOf(graphInput), dtype, shape)
      const name = lowered.nameOf(graphInput.value)
      if (input.values instanceof Float32Array) inputArrays.set(graphInput.value, input.values)
      if (lowered.inputs.has(name)) feeds[name] = input
    }

    const gradients = gradientPlaces(updates, false)
    const fetches: Record<string, PlacedTensor> = {}
    const outputs: Record<string, Float32Array> = {}
    const copies: { from: Float32Array; to: Float32Array }[] = []
    const computed = new Map<number, Float32Array>()
    for (const output of graph.outputs) {
      const { shape, dtype } = infoOf(graph, output.value)
      if (dtype !== 'float32') throw new Error(`internal: output ${output.name} has dtype ${dtype}`)
      const gradient = gradients.get(output.value)
      const values =
        computed.get(output.value) ?? (gradient ? this.#floats(gradient, shape) : new Float32Array(sizeOf(shape)))
      computed.set(output.value, values)
      fetches[lowered.outputNameOf(output.value)] ??= { dtype, shape, values }
      if (output.to === 'state') copies.push({ from: values, to: this.#floats(stateKey(output.name), shape) })
      else if (isResult(output)) outputs[output.name] = values
    }
    const loops = this.#loopCalls(updates, computed, inputArrays, size)
    const sums = other ? new Map(Object.entries(outputs).map(([name, own]) => [own, other.outputs[name]!])) : []
    return {
      session,
      run: session.prepare(feeds, fetches),
      outputs,
      ...(other && { other }),
      sums: [...sums],
      copies,
      loops,
    }
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
    return new Float32Array(this.memory.buffer, this.plan.find(place), sizeOf(shape))
  }

  #placed(place: string, dtype: DType, shape: Shape, after = 0): PlacedTensor {
    if (dtype === 'bool') throw new Error(`internal: ${place} has dtype bool`)
    const Numbers = dtype === 'float32' ? Float32Array : Int32Array
    const address = this.plan.find(place) + after * Numbers.BYTES_PER_ELEMENT
    return { dtype, shape, values: new Numbers(this.memory.buffer, address, sizeOf(shape)) }
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
