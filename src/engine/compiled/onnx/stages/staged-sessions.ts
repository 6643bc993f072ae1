/** A model in stages: for each a session of the runtime, and the arrays between them. */
import { type Shape, sizeOf } from '../../../../base/shape.js'
import type { Task } from '../../crew/chunks.js'
import type { Crew } from '../../crew/crew.js'
import type { ForeignCalls } from '../../crew/foreign.js'
import { ArenaPlan } from '../../inputs/arena.js'
import { padded } from '../../inputs/feeder.js'
import { ArenaArrays } from '../arena-arrays.js'
import { openOnnxRuntime } from '../c-api.js'
import type { LoweredGraph, LoweredStage } from '../lower.js'
import { OnnxSession, type PlacedTensor, type PlacedTensors, PreparedRun, type SessionOptions } from '../session.js'
import { stageTasks } from './kernels.js'

/** Runs of sessions, and tasks of a crew between them, in their order. */
export type StagedRun = readonly (PreparedRun | Task)[]

interface PlacedStage {
  readonly lowered: LoweredStage
  readonly session: OnnxSession
  readonly tasks: readonly Task[]
}

export class StagedSessions {
  private constructor(
    private readonly stages: readonly PlacedStage[],
    private readonly between: PlacedTensors,
  ) {}

  static async create({ stages, between }: LoweredGraph, options: SessionOptions, crew: Crew): Promise<StagedSessions> {
    const { profile } = options
    const sessions = await Promise.all(
      stages.map(({ model }, index) =>
        // the runtime adds the time to the name of a profile, in milliseconds
        OnnxSession.create(model, { ...options, ...(profile && { profile: `${profile}-${index}` }) }),
      ),
    )
    const kernels = stages.flatMap((stage) => stage.kernels)
    const forKernels = new Set(kernels.flatMap(({ inputs, output }) => [...inputs, output]))
    const plan = new ArenaPlan()
    for (const name of forKernels) plan.reserve(name, padded(sizeOf(between.get(name)!.shape)))
    const memory = plan.allocate()
    const arrays = new ArenaArrays(plan, memory)
    const taskOf = kernels.length > 0 ? await stageTasks(crew, memory) : undefined
    const placed = stages.map((lowered, index): PlacedStage => {
      const tasks = lowered.kernels.map((node) => {
        const names = [node.output, ...node.inputs]
        return taskOf!(
          node,
          names.map((name) => ({ address: arrays.addressOf(name), count: sizeOf(between.get(name)!.shape) })),
        )
      })
      return { lowered, session: sessions[index]!, tasks }
    })
    const tensors = [...between].map(([name, { dtype, shape }]): [string, PlacedTensor] => [
      name,
      forKernels.has(name) ? arrays.tensor(name, dtype, shape) : { dtype, shape, values: newArray(dtype, shape) },
    ])
    return new StagedSessions(placed, Object.fromEntries(tensors))
  }

  /**
   * Prepares a run of all stages that reads and writes these arrays. Outputs for which there are none are not computed.
   * Runs share the arrays between the stages.
   */
  prepare(inputs: PlacedTensors, outputs: PlacedTensors): StagedRun {
    const tensors = { ...this.between, ...inputs, ...outputs }
    const pick = (names: readonly string[]) =>
      Object.fromEntries(names.flatMap((name) => (tensors[name] ? [[name, tensors[name]]] : [])))
    return this.stages.flatMap(({ lowered, session, tasks }) => [
      session.prepare(pick(lowered.inputs), pick(lowered.outputs)),
      ...tasks,
    ])
  }

  release(): void {
    for (const { session } of this.stages) session.release()
  }
}

/** Runs as calls for a crew. Each result is a status, 0 if there is no error. */
export const callsOf = (runs: readonly StagedRun[]): ForeignCalls => ({
  address: openOnnxRuntime().addressOf.RunWithBinding,
  sequences: runs.map((run) => run.map((stage) => (stage instanceof PreparedRun ? stage.arguments : stage))),
  results: new BigUint64Array(new SharedArrayBuffer(runs.length * BigUint64Array.BYTES_PER_ELEMENT)),
})

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }

const newArray = (dtype: keyof typeof ARRAYS, shape: Shape) => new ARRAYS[dtype](sizeOf(shape))
