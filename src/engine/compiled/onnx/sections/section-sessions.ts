/** A model in sections: for each a session of the runtime, and the arrays between them. */
import { type Shape, sizeOf } from '../../../../base/shape.js'
import type { Crew } from '../../crew/crew.js'
import type { ForeignCalls } from '../../crew/foreign.js'
import { ArenaPlan } from '../../inputs/arena.js'
import { padded } from '../../inputs/feeder.js'
import { ArenaArrays } from '../arena-arrays.js'
import { openOnnxRuntime } from '../c-api.js'
import type { LoweredGraph, LoweredSection } from '../lower.js'
import { OnnxSession, type PlacedTensor, type PlacedTensors, PreparedRun, type SessionOptions } from '../session.js'
import { type SectionTask, sectionTasks } from './kernels.js'

/** Runs of sessions, and tasks of a crew between them, in their order. */
export type SectionRun = readonly (PreparedRun | SectionTask)[]

interface PlacedSection {
  readonly lowered: LoweredSection
  readonly session: OnnxSession
  readonly tasks: readonly SectionTask[]
}

export class SectionSessions {
  private constructor(
    private readonly sections: readonly PlacedSection[],
    private readonly between: PlacedTensors,
  ) {}

  static async create(
    { sections, between }: LoweredGraph,
    options: SessionOptions,
    crew: Crew,
  ): Promise<SectionSessions> {
    const { profile } = options
    const sessions = await Promise.all(
      sections.map(({ model }, index) =>
        // the runtime adds the time to the name of a profile, in milliseconds
        OnnxSession.create(model, { ...options, ...(profile && { profile: `${profile}-${index}` }) }),
      ),
    )
    const kernels = sections.flatMap((section) => section.kernels)
    if (kernels.length === 0) {
      return new SectionSessions([{ lowered: sections[0]!, session: sessions[0]!, tasks: [] }], {})
    }
    const sizes = new Map([...between].map(([name, { shape }]) => [name, sizeOf(shape)]))
    const forKernels = new Set(kernels.flatMap(({ inputs, output }) => [...inputs, output]))
    const plan = new ArenaPlan()
    for (const name of forKernels) plan.reserve(name, padded(sizes.get(name)!))
    const memory = plan.allocate()
    const arrays = new ArenaArrays(plan, memory)
    const taskOf = await sectionTasks(crew, memory)
    const placed = sections.map((lowered, index): PlacedSection => {
      const arrayOf = (name: string) => ({ address: arrays.addressOf(name), count: sizes.get(name)! })
      const tasks = lowered.kernels.map((node) => taskOf(node, [node.output, ...node.inputs].map(arrayOf)))
      return { lowered, session: sessions[index]!, tasks }
    })
    const tensors = [...between].map(([name, { dtype, shape }]): [string, PlacedTensor] => [
      name,
      forKernels.has(name) ? arrays.tensor(name, dtype, shape) : { dtype, shape, values: newArray(dtype, shape) },
    ])
    return new SectionSessions(placed, Object.fromEntries(tensors))
  }

  /**
   * Prepares a run of all sections that reads and writes these arrays. Outputs for which there are none are not computed.
   * Runs share the arrays between the sections.
   */
  prepare(inputs: PlacedTensors, outputs: PlacedTensors): SectionRun {
    const tensors = { ...this.between, ...inputs, ...outputs }
    const pick = (names: readonly string[]) =>
      Object.fromEntries(names.flatMap((name) => (tensors[name] ? [[name, tensors[name]]] : [])))
    return this.sections.flatMap(({ lowered, session, tasks }) => [
      session.prepare(pick(lowered.inputs), pick(lowered.outputs)),
      ...tasks,
    ])
  }

  release(): void {
    for (const { session } of this.sections) session.release()
  }
}

/** Runs as calls for a crew. Each result is a status, 0 if there is no error. */
export const callsOf = (runs: readonly SectionRun[]): ForeignCalls<SectionTask> => ({
  address: openOnnxRuntime().addressOf.RunWithBinding,
  sequences: runs.map((run) => run.map((section) => (section instanceof PreparedRun ? section.arguments : section))),
  results: new BigUint64Array(new SharedArrayBuffer(runs.length * BigUint64Array.BYTES_PER_ELEMENT)),
})

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }

const newArray = (dtype: keyof typeof ARRAYS, shape: Shape) => new ARRAYS[dtype](sizeOf(shape))
