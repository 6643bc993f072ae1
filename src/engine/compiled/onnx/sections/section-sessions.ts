/** A model in sections: for each a session of the runtime, and the arrays between them. */
import { sizeOf } from '../../../../base/shape.js'
import type { Crew } from '../../crew/crew.js'
import type { ForeignCalls } from '../../crew/foreign.js'
import { ARRAYS } from '../../graph/constant.js'
import { sharedMemory } from '../../inputs/arena.js'
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
    { sections, between, packed }: LoweredGraph,
    options: SessionOptions,
    crew: Crew,
  ): Promise<SectionSessions> {
    const memory = packed.bytes > 0 ? sharedMemory(packed.bytes) : undefined
    const arrays = [...between].map(([name, { dtype, shape, ofKernel }]): [string, PlacedTensor] => {
      const size = sizeOf(shape)
      const values = ofKernel
        ? new Float32Array(memory!.buffer, packed.places.get(name)!, size)
        : new ARRAYS[dtype](size)
      return [name, { dtype, shape, values }]
    })
    const tensors: PlacedTensors = Object.fromEntries(arrays)
    const taskOf = memory && (await sectionTasks(crew, memory))
    const tasks = sections.map(({ kernels }) =>
      kernels.map((node) =>
        taskOf!(
          node,
          [node.output, ...node.inputs].map((name) => tensors[name]!.values),
        ),
      ),
    )
    const { profile } = options
    const sessions = await allOrNone(
      sections.map(({ model }, index) =>
        // the runtime adds the time to the name of a profile, in milliseconds
        OnnxSession.create(model, { ...options, ...(profile && { profile: `${profile}-${index}` }) }),
      ),
    )
    return new SectionSessions(
      sections.map((lowered, index) => ({ lowered, session: sessions[index]!, tasks: tasks[index]! })),
      tensors,
    )
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

/** All of these, once they are made; if one of them fails, the others are released. */
export async function allOrNone<Item extends { release(): void }>(made: readonly Promise<Item>[]): Promise<Item[]> {
  const results = await Promise.allSettled(made)
  const items = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find((result) => result.status === 'rejected')
  if (!failed) return items
  for (const item of items) item.release()
  throw failed.reason
}
