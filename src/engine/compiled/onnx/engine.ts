/**
 * Engine `onnx`: ONNX Runtime computes layers, forward and backward; SIMD kernels make noise and batches and do the
 * optimizer's update. All work on one arena without copying. If it pays, two threads compute parts of a batch, each in
 * a session of its own.
 */
import { freeMemory } from '../../../base/free-memory.js'
import { sizeOf } from '../../../base/shape.js'
import type { Slot } from '../../../base/slot.js'
import type { Program, Programs } from '../../../program/program.js'
import type { Batch, Engine, LoadOptions, Outputs, Runner, Scalars, StateValues } from '../../engine.js'
import { copied, programNamed, stateOf } from '../../given.js'
import { requireRoom, totalOf } from '../../memory.js'
import { Crew } from '../crew/crew.js'
import { ArenaPlan } from '../inputs/arena.js'
import { InputFeeder, padded, placeInputs } from '../inputs/feeder.js'
import { ArenaArrays } from './arena-arrays.js'
import { openOnnxRuntime } from './c-api.js'
import { type CompiledStep, compileStep, type OnKernel, SESSION_OPTIONS, type SharedBySteps } from './compiled-step.js'
import { demandOf } from './demand.js'
import { type Step, stepOf } from './parts.js'
import { placeUpdates, stateKey } from './places.js'
import { placeTotals } from './totals.js'

/** Opens the engine. Throws a UserError if the runtime's library cannot be loaded. */
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

/** Steps between searches for subnormal numbers: often enough that few gather, rarely enough to cost nothing. */
const FLUSH_STEPS = 64

/** Time of the parts of a step, in milliseconds (see `bench`). */
export interface StepTimes {
  inputs: number
  graph: number
  update: number
}

export class OnnxRunner implements Runner<string> {
  readonly #steps = new Map<string, Promise<CompiledStep>>()
  readonly times: StepTimes = { inputs: 0, graph: 0, update: 0 }
  /** Numbers of parts in which whole batches of programs that have an update run. */
  readonly #parts = new Map<string, number>()

  private constructor(
    private readonly programs: Programs,
    private readonly options: LoadOptions,
    private readonly state: readonly Slot[],
    private readonly feeder: InputFeeder,
    private readonly shared: SharedBySteps,
  ) {}

  /**
   * `profile` is the prefix of files for the times of operators, `onKernel` takes those of kernels between sections;
   * `block` is the size of blocks of channels, in place of this machine's.
   */
  static async create(
    programs: Programs,
    { profile, onKernel, block, ...options }: LoadOptions & { profile?: string; onKernel?: OnKernel; block?: number },
  ): Promise<OnnxRunner> {
    const { batchSize } = options
    const state = stateOf(programs)
    const plan = new ArenaPlan()
    const traced = new Map<string, Step>()
    for (const [name, program] of Object.entries(programs)) {
      if (!program.keepsState) traced.set(name, await stepOf(program, batchSize))
    }
    const shapes = new Map(state.map(({ name, shape }) => [name, shape]))
    for (const { updates } of traced.values()) placeUpdates(plan, updates, shapes)
    for (const { name, shape } of state) plan.reserve(stateKey(name), padded(sizeOf(shape)))
    placeInputs(plan, programs, batchSize)
    placeTotals(plan, traced.values())

    const demand = await demandOf(programs, traced, plan, batchSize)
    const free = freeMemory()
    const sparing = totalOf(demand(false)) > 0.8 * free
    requireRoom(demand(sparing), options, free)
    const memory = plan.allocate()
    const crew = new Crew(memory)
    const feeder = await InputFeeder.create(plan, memory, crew, options.seed)
    const arrays = new ArenaArrays(plan, memory)
    const session = { ...SESSION_OPTIONS, sparing, ...(profile && { profile }) }
    const shared = { arrays, crew, kernels: feeder.kernels, shapes, session, onKernel, block }
    const runner = new OnnxRunner(programs, options, state, feeder, shared)
    for (const slot of state) runner.#arrayOf(slot).set(slot.initial())
    for (const [name, step] of traced) {
      runner.#parts.set(name, step.parts)
      if (step.updates.length === 0) continue // compiled when it is first run
      const compiled = compileStep(step, runner.shared)
      runner.#steps.set(`${name} ${batchSize}`, compiled)
      await compiled
    }
    return runner
  }

  /** Number of parts in which whole batches of a program that has an update run. */
  partsOf(name: string): number {
    return this.#parts.get(name) ?? 1
  }

  async run(name: string, batch: Batch, scalars: Scalars, meanwhile?: () => void): Promise<Outputs> {
    const program = programNamed(this.programs, name)
    const step = await this.#step(name, program, batch.size)
    const begin = performance.now()
    this.feeder.feed(program.inputs, batch, scalars)
    const fed = performance.now()
    await step.compute()
    const ran = performance.now()
    const { crew } = this.shared
    const iterations = scalars.iterations ?? 0
    const next = () => this.feeder.noise(program.inputs, batch.size, iterations + 1)
    const { tasks, add } = step.totals
    if (tasks.length > 0) {
      crew.run([...tasks, ...next()], undefined, true)
      add()
    }
    if (Object.values(step.outputs).every((output) => output.every(Number.isFinite))) {
      const updates = step.update()
      crew.run([...updates, ...(updates.length > 0 ? next() : [])], meanwhile)
      if (updates.length > 0) this.#flush(iterations)
    }
    this.times.inputs += fed - begin
    this.times.graph += ran - fed
    this.times.update += performance.now() - ran
    return step.outputs
  }

  async read(into?: StateValues): Promise<StateValues> {
    return Object.fromEntries(this.state.map((slot) => [slot.name, copied(this.#arrayOf(slot), into?.[slot.name])]))
  }

  async write(values: StateValues): Promise<void> {
    for (const slot of this.state) {
      const value = values[slot.name]
      if (value) this.#arrayOf(slot).set(value)
    }
  }

  async dispose(): Promise<void> {
    for (const step of await Promise.allSettled(this.#steps.values())) {
      if (step.status === 'fulfilled') step.value.release()
    }
    this.#steps.clear()
    await this.shared.crew.dispose()
  }

  #step(name: string, program: Program, size: number): Promise<CompiledStep> {
    const key = `${name} ${size}`
    let step = this.#steps.get(key)
    if (!step) {
      if (size > this.options.batchSize)
        throw new Error(`internal: a batch of ${size}, at most ${this.options.batchSize} fit`)
      // the arena has room for the gradients of as many parts as a whole batch has, and for totals if it has those
      const most = program.keepsState ? Number.POSITIVE_INFINITY : this.partsOf(name)
      step = stepOf(program, size, most, most === 1).then((traced) => compileStep(traced, this.shared))
      this.#steps.set(key, step)
    }
    return step
  }

  /**
   * Sets subnormal numbers of optimizer slots to 0. Running means of gradients that have vanished end in such numbers,
   * stay there for ever, and make every step that reads them slower.
   */
  #flush(iterations: number): void {
    if (iterations % FLUSH_STEPS !== FLUSH_STEPS - 1) return
    const slots = this.state.filter(({ role }) => role === 'optimizer')
    const { kernels } = this.feeder
    const { crew, arrays } = this.shared
    crew.run(slots.map(({ name, shape }) => kernels.flushSubnormal(arrays.addressOf(stateKey(name)), sizeOf(shape))))
  }

  #arrayOf({ name, shape }: Slot): Float32Array {
    return this.shared.arrays.floats(stateKey(name), shape)
  }
}
